"""What is asked of every page: it fits, it is light, everybody can read it and reach everything on it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from tests.browser.window import Window

_AXE: Final = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
_GRAVE: Final = frozenset({"serious", "critical"})

#: names what sticks out of the screen, for the one who has to mend it
_WIDE: Final = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  const scrolls = (each) => each && each !== document.body
    && (['auto', 'scroll', 'hidden'].includes(getComputedStyle(each).overflowX) || scrolls(each.parentElement));
  const wide = [...document.body.querySelectorAll('*')].filter((each) =>
    each.getBoundingClientRect().right > width + 0.5 && !scrolls(each.parentElement));
  const name = (each) => `${each.tagName.toLowerCase()}.${each.getAttribute('class') ?? ''}`
    + ` ${each.textContent.trim().slice(0, 30)}`;
  return ['sticks out', ...wide.slice(0, 4).map(name)];
}"""

#: remembers how everything looks while it has no focus, then notes what each element that gets it looks like
_WATCH_FOCUS: Final = """() => {
  const look = (each) => {
    const style = getComputedStyle(each);
    return [style.outlineStyle, style.outlineWidth, style.boxShadow, style.borderColor, style.backgroundColor,
      style.textDecoration, style.transform, style.left].join('|');
  };
  // the place where a focus may show: the element, or what it is drawn by
  const drawn = (each) => [each, each.closest('label'), each.nextElementSibling, each.parentElement]
    .filter((part) => part !== null);
  const wanted = 'a[href], button, input:not([type=hidden]), select, textarea, summary, canvas[tabindex],'
    + ' [tabindex]:not([tabindex="-1"])';
  const one = (each) => {
    if (each.type !== 'radio' || !each.name) return true;
    const group = [...document.querySelectorAll(`input[type=radio][name="${CSS.escape(each.name)}"]`)];
    return each === (group.find((other) => other.checked) ?? group[0]);
  };
  const seen = (each) => each.checkVisibility({ visibilityProperty: true }) && !each.disabled
    && each.tabIndex >= 0 && one(each);
  const expected = new Set([...document.querySelectorAll(wanted)].filter(seen));
  const before = new Map();
  for (const each of expected) for (const part of drawn(each)) before.set(part, look(part));
  const name = (each) => `${each.tagName.toLowerCase()}#${each.id}.${each.getAttribute('class') ?? ''}`
    + ` ${(each.textContent || each.name || '').trim().slice(0, 30)}`;
  const watch = { left: expected, dark: [] };
  document.addEventListener('focusin', ({ target }) => {
    watch.left.delete(target);
    const shows = drawn(target).some((part) => before.has(part) && before.get(part) !== look(part));
    if (before.has(target) && !shows) watch.dark.push(name(target));
  });
  watch.report = () => [
    ...[...watch.left].map((each) => `no way by keyboard: ${name(each)}`),
    ...watch.dark.map((each) => `focus cannot be seen: ${each}`),
  ];
  globalThis.focusWatch = watch;
  document.activeElement?.blur();
  // a date has a stop for its year, its month, its day and its calendar
  const dates = [...expected].filter((each) => each.type === 'date');
  return expected.size + 3 * dates.length;
}"""

#: doubles what all sizes are counted from, and names the words that did not grow with it
_ENLARGE: Final = """() => {
  // a drawing grows with its width
  const written = [...document.body.querySelectorAll('*:not(svg *)')].filter((each) => each.checkVisibility()
    && [...each.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim()));
  const size = (each) => parseFloat(getComputedStyle(each).fontSize);
  const before = new Map(written.map((each) => [each, size(each)]));
  document.documentElement.style.fontSize = `${2 * size(document.documentElement)}px`;
  const small = written.filter((each) => size(each) < 1.9 * before.get(each));
  return small.slice(0, 4).map((each) => `text does not grow: ${each.tagName.toLowerCase()}`
    + `.${each.getAttribute('class') ?? ''} ${each.textContent.trim().slice(0, 30)}`);
}"""


async def sticks_out(window: Window) -> list[str]:
    """What makes the page wider than the screen."""
    found: list[str] = await window.page.evaluate(_WIDE)
    return found


async def barriers(window: Window) -> list[str]:
    """Serious and critical findings of axe-core, each with the places; empty on a page for everybody."""
    page = window.page
    await page.evaluate(_AXE)
    result: dict[str, Any] = await page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    return [
        f"{rule['id']}: {rule['help']}: "
        + "; ".join(
            f"{' '.join(map(str, node['target']))} {node['html'][:120]}" for node in rule["nodes"][:5]
        )
        for rule in result["violations"]
        if rule["impact"] in _GRAVE
    ]


async def lost_keys(window: Window) -> list[str]:
    """What cannot be reached with the tabulator, or does not show that it was reached."""
    page = window.page
    expected: int = await page.evaluate(_WATCH_FOCUS)
    # a field for a date has a stop for each of its parts
    parts: int = await page.evaluate("4 * document.querySelectorAll('input[type=date]').length")
    # once around: every stop, and those that are no element of ours
    for _ in range(expected + parts + 3):
        await page.keyboard.press("Tab")
        if await page.evaluate("focusWatch.left.size") == 0:
            break
    found: list[str] = await page.evaluate("focusWatch.report()")
    return found


async def enlarge(window: Window) -> list[str]:
    """Text at twice its size, as people set it who see badly; what of it stayed small."""
    found: list[str] = await window.page.evaluate(_ENLARGE)
    return found
