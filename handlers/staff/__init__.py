"""What staff say in WeCom, one file for each thing they come for."""
