// What a person would notice on a page, as functions of one object; each answers with texts or records, empty where all is well.
({
  shown(element) {
    return element.checkVisibility({ contentVisibilityAuto: true, opacityProperty: true, visibilityProperty: true });
  },

  // A name for an element by which a person finds it: its tag, id or class, and the beginning of its text.
  named(element) {
    const id = element.id ? `#${element.id}` : "";
    const kind = id || element.classList.length === 0 ? "" : `.${element.classList[0]}`;
    const label = element.getAttribute("aria-label") || element.textContent || element.getAttribute("name") || "";
    const text = label.trim().replace(/\s+/g, " ");
    return `${element.localName}${id || kind} "${text.length > 30 ? `${text.slice(0, 30)}…` : text}"`;
  },

  // Each line of each text that is seen: where its ink is, not its line's height, which may well reach into the next line's.
  inks() {
    const pen = new OffscreenCanvas(1, 1).getContext("2d");
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found = [];
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const text = node.data.trim();
      const element = node.parentElement;
      if (!text || ["SCRIPT", "STYLE", "TEMPLATE", "NOSCRIPT", "OPTION", "TEXTAREA"].includes(element.tagName)) continue;
      if (["title", "desc"].includes(element.localName) || !this.shown(element) || this.apart(element)) continue;
      const style = getComputedStyle(element);
      pen.font = `${style.fontStyle} ${style.fontWeight} 1000px ${style.fontFamily}`; // large, for measures are rounded up
      const size = pen.measureText(text);
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const line of range.getClientRects()) {
        if (line.width < 1) continue;
        const scale = line.height / (size.fontBoundingBoxAscent + size.fontBoundingBoxDescent);
        const baseline = line.top + size.fontBoundingBoxAscent * scale;
        const top = baseline - size.actualBoundingBoxAscent * scale;
        const bottom = baseline + size.actualBoundingBoxDescent * scale;
        found.push({ element, text: text.slice(0, 30), left: line.left, right: line.right, top, bottom });
      }
    }
    return found;
  },

  // What is for screen readers alone, or lies above the page while it is scrolled.
  apart(element) {
    for (let one = element; one; one = one.parentElement) {
      const style = getComputedStyle(one);
      if (style.position === "fixed" || style.position === "sticky") return true;
      const box = one.getBoundingClientRect();
      if (style.position === "absolute" && box.width <= 1 && box.height <= 1) return true;
    }
    return false;
  },

  // Texts that lie over one another, are cut off, or begin where nobody can scroll to.
  overlaps() {
    const inks = this.inks().sort((one, other) => one.top - other.top);
    const found = inks.map((ink) => this.cut(ink)).filter(Boolean);
    inks.forEach((one, at) => {
      for (const other of inks.slice(at + 1)) {
        if (other.top >= one.bottom - 1) break;
        const across = Math.min(one.right, other.right) - Math.max(one.left, other.left);
        const down = Math.min(one.bottom, other.bottom) - other.top;
        if (across > 1 && down > 1) found.push(`"${one.text}" and "${other.text}" overlap`);
      }
    });
    return [...new Set(found)];
  },

  cut(ink) {
    if (ink.left + scrollX < -1 || ink.top + scrollY < -1) return `"${ink.text}" begins outside the page`;
    for (let box = ink.element; box && box !== document.documentElement; box = box.parentElement) {
      const style = getComputedStyle(box);
      if (style.display === "inline" && box.localName !== "svg") continue;
      const x = style.overflowX;
      const y = style.overflowY;
      const { left, top, right, bottom } = box.getBoundingClientRect();
      const clips = (how) => how === "hidden" || how === "clip";
      const beyondX = ink.left < left - 1 || ink.right > right + 1;
      const beyondY = ink.top < top - 1 || ink.bottom > bottom + 1;
      if ((clips(x) && beyondX) || (clips(y) && beyondY)) return `"${ink.text}" is cut by ${this.named(box)}`;
      if (["auto", "scroll"].includes(x) || ["auto", "scroll"].includes(y)) return null;
    }
    return null;
  },

  // By what the page is too wide for its window.
  sideways() {
    const root = document.documentElement;
    if (root.scrollWidth <= root.clientWidth) return [];
    const wide = [...document.body.querySelectorAll("*")]
      .filter((one) => this.shown(one) && one.getBoundingClientRect().right > root.clientWidth + 0.5)
      .filter((one) => ![...one.children].some((child) => child.getBoundingClientRect().right > root.clientWidth + 0.5));
    const over = root.scrollWidth - root.clientWidth;
    return [`the page is ${over} px too wide`, ...wide.slice(0, 5).map((one) => `${this.named(one)} sticks out`)];
  },

  // What can be pressed and is less than 24 px wide or high; a link within a sentence may be.
  targets() {
    const pressed =
      'a[href], button, input:not([type="hidden"]), select, textarea, summary, [tabindex]:not([tabindex="-1"]), ' +
      '[role="button"], [role="link"], [role="checkbox"], [role="tab"]';
    return [...document.querySelectorAll(pressed)]
      .filter((one) => this.shown(one) && !this.apart(one) && !this.inSentence(one))
      .map((one) => ({ one, size: this.size(one) }))
      .filter(({ size }) => size.width < 23.99 || size.height < 23.99)
      .map(({ one, size }) => `${this.named(one)} is ${Math.round(size.width)} x ${Math.round(size.height)} px`);
  },

  size(element) {
    const boxes = [element, ...(element.labels ?? [])].map((one) => one.getBoundingClientRect());
    const width = Math.max(...boxes.map((box) => box.width));
    return { width, height: Math.max(...boxes.map((box) => box.height)) };
  },

  inSentence(element) {
    if (element.localName !== "a" || getComputedStyle(element).display !== "inline") return false;
    let block = element.parentElement;
    while (getComputedStyle(block).display === "inline") block = block.parentElement;
    const all = block.textContent.replace(/\s+/g, "");
    const links = [...block.querySelectorAll("a")].map((one) => one.textContent.replace(/\s+/g, "")).join("");
    return all.length > links.length + 3;
  },

  // Keeps what has the focus each time before Tab moves it on; `shixianStops()` says what was kept, and what has it now.
  watchFocus() {
    const stops = [];
    addEventListener("keydown", () => stops.push(this.focused()), true);
    window.shixianStops = () => [...stops, this.focused()];
  },

  // What has the focus: its name, whether that shows, and whether something lies over it. Null where nothing has it.
  focused() {
    const one = document.activeElement;
    if (!one || one === document.body || one === document.documentElement) return null;
    const style = getComputedStyle(one);
    const visible = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0 && this.shown(one);
    const box = one.getClientRects()[0];
    const name = this.named(one);
    if (!box) return { name, visible: false, covered: true };
    const inset = Math.min(3, box.width / 3, box.height / 3);
    const [left, right] = [box.left + inset, box.right - inset];
    const [top, bottom] = [box.top + inset, box.bottom - inset];
    const points = [[(left + right) / 2, (top + bottom) / 2], [left, top], [right, top], [left, bottom], [right, bottom]];
    const inside = points.filter(([x, y]) => x >= 0 && y >= 0 && x < innerWidth && y < innerHeight); // what is higher than the window is scrolled
    const covered = inside.length === 0 || inside.some(([x, y]) => {
      const above = document.elementFromPoint(x, y);
      return !above || !(one.contains(above) || above.contains(one));
    });
    return { name, visible, covered };
  },
})
