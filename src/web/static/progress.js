// Follows a list that is being issued, and shows the page anew when it is done. Without this script the page reloads itself.

const bar = document.querySelector('progress[data-follow]');

async function look() {
  try {
    const response = await fetch(bar.dataset.follow, { headers: { accept: 'application/json' } });
    if (response.ok) {
      const list = await response.json();
      bar.max = list.total;
      bar.value = list.issued;
      const count = document.querySelector('[data-issued]');
      if (count) count.textContent = list.issued;
      if (!list.running) return location.reload();
    }
  } catch {
    // The next look may get through.
  }
  setTimeout(look, 1000);
}

if (bar) setTimeout(look, 500);
