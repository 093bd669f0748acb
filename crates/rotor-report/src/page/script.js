'use strict';
(() => {
  // Everything here is an extra: without scripts titles of shapes and tables say the same.
  const root = document.documentElement;
  const words = root.lang.startsWith('zh')
    ? { save: '保存 SVG', light: '浅色', dark: '深色', theme: '切换颜色' }
    : { save: 'Save SVG', light: 'Light', dark: 'Dark', theme: 'Change colours' };
  const make = (name, properties) => Object.assign(document.createElement(name), properties);

  // Paper has everything open but the appendices; where the style sheet cannot open them, this does.
  addEventListener('beforeprint', () => {
    for (const details of document.querySelectorAll('details.folded:not(.appendix):not([open])')) {
      details.open = true;
      details.dataset.printed = '';
    }
  });
  addEventListener('afterprint', () => {
    for (const details of document.querySelectorAll('details[data-printed]')) {
      details.open = false;
      delete details.dataset.printed;
    }
  });

  const prefersDark = matchMedia('(prefers-color-scheme: dark)');
  const isDark = () => (root.dataset.theme ? root.dataset.theme === 'dark' : prefersDark.matches);
  const theme = make('button', { type: 'button', className: 'theme', title: words.theme });
  const showTheme = () => { theme.textContent = isDark() ? words.light : words.dark; };
  theme.addEventListener('click', () => { root.dataset.theme = isDark() ? 'light' : 'dark'; showTheme(); });
  prefersDark.addEventListener('change', showTheme);
  showTheme();
  document.querySelector('header').append(theme);

  // A title becomes a label, so that the browser does not show it a second time.
  const label = (shape) => {
    const title = shape.querySelector(':scope > title');
    if (title) { shape.setAttribute('aria-label', title.textContent); title.remove(); }
    return shape.getAttribute('aria-label') || '';
  };
  const unlabel = (shape) => {
    const title = document.createElementNS('http://www.w3.org/2000/svg', 'title');
    title.textContent = shape.getAttribute('aria-label');
    shape.prepend(title);
    shape.removeAttribute('aria-label');
  };

  const tip = make('div', { className: 'tip', hidden: true });
  tip.setAttribute('aria-hidden', 'true');
  document.body.append(tip);
  const hide = () => { tip.hidden = true; };
  const show = (text, x, y) => {
    tip.textContent = text;
    tip.hidden = false;
    const { width, height } = tip.getBoundingClientRect();
    const left = x + 14 + width > innerWidth ? x - 14 - width : x + 14;
    const top = y + 14 + height > innerHeight ? y - 14 - height : y + 14;
    tip.style.left = Math.max(4, Math.min(left, innerWidth - width - 4)) + 'px';
    tip.style.top = Math.max(4, top) + 'px';
  };
  const hit = (event) => (event.target.closest ? event.target.closest('.hits > path') : null);
  // In a strip with a title a column, the row below the pointer stands in the table behind the figure.
  const cell = (shape, event) => {
    if (!shape.parentNode.classList.contains('columns')) return '';
    const figure = shape.closest('figure');
    const rows = figure.querySelectorAll('tbody tr');
    const { top, height } = shape.getBoundingClientRect();
    const row = rows[Math.floor((event.clientY - top) / height * rows.length)];
    const columns = shape.parentNode.children;
    // The table may lack the earliest columns.
    const at = row ? row.cells.length - columns.length + [].indexOf.call(columns, shape) : 0;
    if (at < 1) return '';
    const value = row.cells[at].textContent.trim() || '-';
    return figure.querySelector('thead tr').cells[at].textContent + '\n' + row.cells[0].textContent.trim() + ': ' + value;
  };
  const follow = (event) => {
    const shape = hit(event);
    if (!shape) { hide(); return; }
    const text = label(shape);
    show(cell(shape, event) || text, event.clientX, event.clientY);
  };
  document.addEventListener('pointermove', follow);
  document.addEventListener('pointerdown', follow);
  document.addEventListener('pointerleave', hide);
  // What has the focus keeps its tip while the page moves below it.
  const place = (shape) => {
    const { right, top, height } = shape.getBoundingClientRect();
    show(label(shape), right, top + Math.min(height / 2, 40));
  };
  addEventListener('scroll', () => {
    const shape = hit({ target: document.activeElement });
    if (shape && !tip.hidden) place(shape); else hide();
  }, { passive: true, capture: true });

  const move = (from, to) => {
    if (!to) return;
    from.setAttribute('tabindex', '-1');
    to.setAttribute('tabindex', '0');
    to.setAttribute('role', 'img');
    to.focus();
  };
  // The nearest one above or below that stands in the same column.
  const across = (shape, step) => {
    const from = shape.getBBox();
    for (let next = shape[step]; next; next = next[step]) {
      const other = next.getBBox();
      if (other.y !== from.y && Math.abs(other.x - from.x) < 0.5) return next;
    }
    return null;
  };
  const steps = {
    ArrowRight: (shape) => shape.nextElementSibling,
    ArrowLeft: (shape) => shape.previousElementSibling,
    ArrowDown: (shape) => across(shape, 'nextElementSibling'),
    ArrowUp: (shape) => across(shape, 'previousElementSibling'),
    Home: (shape) => shape.parentNode.firstElementChild,
    End: (shape) => shape.parentNode.lastElementChild,
  };
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') { hide(); return; }
    const shape = hit(event);
    if (!shape || !steps[event.key]) return;
    event.preventDefault();
    move(shape, steps[event.key](shape));
  });
  document.addEventListener('focusin', (event) => {
    const shape = hit(event);
    if (shape) place(shape); else hide();
  });
  document.addEventListener('focusout', hide);

  for (const chart of document.querySelectorAll('svg.chart')) {
    label(chart);
    const first = chart.querySelector('.hits > path');
    if (!first) continue;
    chart.setAttribute('role', 'group');
    first.setAttribute('tabindex', '0');
    first.setAttribute('role', 'img');
  }

  // By numbers, the largest first, or by texts; what has no number comes last.
  const sort = (table, column, head) => {
    const isDown = head.getAttribute('aria-sort') !== 'descending' && (head.hasAttribute('aria-sort') || !head.classList.contains('l'));
    const body = table.tBodies[0];
    const key = (row) => {
      const { dataset, textContent } = row.cells[column];
      return 'value' in dataset ? Number(dataset.value) : textContent.trim();
    };
    const isNumber = (value) => typeof value === 'number';
    const rows = [...body.rows].map((row) => [key(row), row]);
    rows.sort(([one], [other]) => {
      if (isNumber(one) !== isNumber(other)) return isNumber(one) ? -1 : 1;
      const order = isNumber(one) ? one - other : one.localeCompare(other);
      return isDown ? -order : order;
    });
    for (const other of table.tHead.rows[0].cells) other.removeAttribute('aria-sort');
    head.setAttribute('aria-sort', isDown ? 'descending' : 'ascending');
    body.append(...rows.map(([, row]) => row));
  };
  for (const table of document.querySelectorAll('table.sortable')) {
    [...table.tHead.rows[0].cells].forEach((head, column) => {
      const button = make('button', { type: 'button', textContent: head.textContent });
      button.addEventListener('click', () => sort(table, column, head));
      head.replaceChildren(button);
    });
  }

  // The rules of the page that say how charts look, with today's colours in place of variables.
  const rules = () => {
    const style = getComputedStyle(root);
    const chosen = [...document.styleSheets[0].cssRules].filter((rule) => (rule.selectorText || '').startsWith('.chart'));
    const text = chosen.map((rule) => rule.cssText).join('\n');
    const font = `.chart{font-family:${getComputedStyle(document.body).fontFamily}}`;
    return text.replace(/var\((--[\w-]+)\)/g, (_, name) => style.getPropertyValue(name).trim()) + '\n' + font;
  };
  const save = (figure) => {
    const charts = [...figure.querySelectorAll('svg.chart')];
    const shown = charts.find((chart) => chart.getClientRects().length) || charts[0];
    const copy = shown.cloneNode(true);
    copy.setAttribute('role', 'img');
    for (const shape of [copy, ...copy.querySelectorAll('[aria-label]')]) unlabel(shape);
    for (const shape of copy.querySelectorAll('[tabindex]')) { shape.removeAttribute('tabindex'); shape.removeAttribute('role'); }
    const element = (name, attributes, text) => {
      const made = document.createElementNS('http://www.w3.org/2000/svg', name);
      for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
      made.textContent = text;
      return made;
    };
    // Alone, the figure needs its title and, if the data are made up, the word for it.
    const { width, height } = shown.viewBox.baseVal;
    const [left, top, wide, high] = [-14, -38, width + 28, height + 52];
    copy.setAttribute('viewBox', [left, top, wide, high].join(' '));
    copy.setAttribute('width', wide);
    copy.setAttribute('height', high);
    const mark = document.querySelector('.mark');
    const title = copy.querySelector(':scope > title');
    const heading = (mark ? mark.textContent + ': ' : '') + title.textContent;
    const fill = getComputedStyle(root).getPropertyValue('--ground').trim();
    title.after(
      element('style', {}, rules()),
      element('rect', { x: left, y: top, width: wide, height: high, fill }, ''),
      element('text', { x: 0, y: -16, class: 'head' }, heading),
    );
    const file = new Blob([new XMLSerializer().serializeToString(copy)], { type: 'image/svg+xml' });
    const link = make('a', { href: URL.createObjectURL(file), download: figure.id + '.svg' });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };
  for (const figure of document.querySelectorAll('figure')) {
    const button = make('button', { type: 'button', className: 'save', textContent: words.save });
    button.setAttribute('aria-label', words.save + ': ' + figure.querySelector('figcaption b').textContent);
    button.addEventListener('click', () => save(figure));
    figure.querySelector('.under').append(button);
  }
})();
