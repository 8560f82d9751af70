// Shows that slow work goes on: after a second a bar beneath the form, with the count as soon as the server tells one.

const zh = document.documentElement.lang.startsWith('zh');

export function waiting(form) {
  let timer = setTimeout(begin, 1000);
  let box;
  let ended = false;

  function begin() {
    box = document.createElement('div');
    box.className = 'waiting';
    box.setAttribute('role', 'status');
    const words = document.createElement('p');
    words.textContent = zh ? '正在处理，请不要关闭页面。' : 'Working; please leave this page open.';
    box.append(words, document.createElement('progress'));
    form.append(box);
    look();
  }

  async function look() {
    try {
      const response = await fetch('/api/v1/progress', { headers: { accept: 'application/json' } });
      const work = response.ok ? (await response.json()).at(-1) : undefined;
      if (ended) return;
      if (work) {
        const bar = box.querySelector('progress');
        bar.max = work.total;
        bar.value = work.done;
        box.querySelector('p').textContent = zh
          ? `正在处理，请不要关闭页面：${work.done} / ${work.total}`
          : `Working; please leave this page open: ${work.done} / ${work.total}`;
      }
    } catch {
      // The work itself tells when the line is down.
    }
    if (!ended) timer = setTimeout(look, 700);
  }

  return () => {
    ended = true;
    clearTimeout(timer);
    box?.remove();
  };
}
