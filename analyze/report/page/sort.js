// Tables sort on a click on a heading. The page is complete without it.
document.querySelectorAll("table.sortable").forEach(function (table) {
  var heads = table.tHead.rows[0].cells;
  function value(row, column) {
    var cell = row.cells[column];
    if (!cell) return "";
    return cell.dataset.v !== undefined ? cell.dataset.v : cell.textContent.trim();
  }
  function number(text) {
    var plain = text.replace(/[,≥\s]/g, "");
    return plain !== "" && isFinite(plain) ? Number(plain) : NaN;
  }
  function sort(column) {
    var head = heads[column];
    var descending = head.getAttribute("aria-sort") === "ascending" ||
      (!head.hasAttribute("aria-sort") && head.classList.contains("n"));
    var body = table.tBodies[0];
    var rows = Array.prototype.slice.call(body.rows);
    rows.sort(function (a, b) {
      var x = value(a, column), y = value(b, column);
      var m = number(x), n = number(y);
      var order = isNaN(m) || isNaN(n) ? x.localeCompare(y) : m - n;
      return descending ? -order : order;
    });
    rows.forEach(function (row) { body.appendChild(row); });
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
