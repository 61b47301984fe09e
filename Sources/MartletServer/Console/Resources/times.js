// Times in the reader's own zone and words; the server wrote UTC for readers without scripts.
const language = document.documentElement.lang;
const full = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "medium" });

export function showTimes(root) {
  for (const time of root.querySelectorAll("time[datetime]")) {
    const moment = new Date(time.getAttribute("datetime"));
    if (!Number.isNaN(moment.getTime())) time.title = `${full.format(moment)}\n${time.getAttribute("datetime")}`;
  }
}
