// Text size and contrast, chosen by everybody on the waiting screen and kept in this browser.

const CHOICES = { size: ['s', 'm', 'l'], contrast: ['normal', 'high', 'dark'] };
const root = document.documentElement;

function chosen(kind) {
  try {
    const kept = localStorage.getItem(`jianding-${kind}`);
    return CHOICES[kind].includes(kept) ? kept : CHOICES[kind][kind === 'size' ? 1 : 0];
  } catch {
    return CHOICES[kind][kind === 'size' ? 1 : 0];
  }
}

function apply() {
  for (const kind of Object.keys(CHOICES)) {
    for (const name of CHOICES[kind]) root.classList.toggle(`${kind}-${name}`, name === chosen(kind));
  }
}

apply();

document.addEventListener('DOMContentLoaded', () => {
  for (const input of document.querySelectorAll('input[data-display]')) {
    input.checked = input.value === chosen(input.dataset.display);
    input.addEventListener('change', () => {
      try {
        localStorage.setItem(`jianding-${input.dataset.display}`, input.value);
      } catch {
        // Without storage the choice holds for nothing but this moment, and nothing breaks.
      }
      apply();
    });
  }
});
