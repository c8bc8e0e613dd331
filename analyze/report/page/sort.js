// Tables sort on a click on a heading. The page is complete without it.
//
// Names are Chinese in every language of the page, so they go by their sound;
// digits in text count as numbers, so that 10.9.0.1 is before 10.21.0.1. What has no
// value is last in either direction.
var byName = new Intl.Collator("zh-CN", {numeric: true});
document.querySelectorAll("table.sortable").forEach(function (table) {
  var heads = table.tHead.rows[0].cells;
  function value(row, column, numeric) {
    var cell = row.cells[column];
    var text = cell.dataset.v !== undefined ? cell.dataset.v : cell.textContent.trim();
    if (!numeric) return text === "–" ? "" : text;
    text = text.replace(/[,≥%\s]/g, "");
    return text === "" || isNaN(text) ? "" : Number(text);
  }
  function sort(column) {
    var head = heads[column], numeric = head.classList.contains("n");
    var descending = head.getAttribute("aria-sort") === "ascending" || (!head.hasAttribute("aria-sort") && numeric);
    var body = table.tBodies[0];
    var rows = Array.prototype.map.call(body.rows, function (row) { return {row: row, value: value(row, column, numeric)}; });
    rows.sort(function (a, b) {
      if (a.value === "" || b.value === "") return (a.value === "") - (b.value === "");
      var order = numeric ? a.value - b.value : byName.compare(a.value, b.value);
      return descending ? -order : order;
    });
    rows.forEach(function (r) { body.appendChild(r.row); });
    Array.prototype.forEach.call(heads, function (h) { h.removeAttribute("aria-sort"); });
    head.setAttribute("aria-sort", descending ? "descending" : "ascending");
  }
  Array.prototype.forEach.call(heads, function (head, column) {
    head.tabIndex = 0;
    head.addEventListener("click", function () { sort(column); });
    head.addEventListener("keydown", function (event) {
      if (event.key === "Enter" || event.key === " ") { event.preventDefault(); sort(column); }
    });
  });
  table.classList.add("live");
});
