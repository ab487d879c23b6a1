// Draws the charts, sorts tables by a column, and finds rows. Without it the pages show everything all the same.
"use strict";
(function () {
  const language = document.documentElement.lang;

  function sortable(table) {
    const headings = table.tHead ? [...table.tHead.rows[table.tHead.rows.length - 1].cells] : [];
    headings.forEach((heading, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...heading.childNodes);
      heading.append(button);
      button.addEventListener("click", () => {
        const descending = heading.getAttribute("aria-sort") === "ascending";
        headings.forEach((other) => other.removeAttribute("aria-sort"));
        heading.setAttribute("aria-sort", descending ? "descending" : "ascending");
        const body = table.tBodies[0];
        const rows = [...body.rows].sort((a, b) => compare(value(a, column), value(b, column)));
        body.append(...(descending ? rows.reverse() : rows));
      });
    });
  }

  function value(row, column) {
    const cell = row.cells[column];
    const figure = cell && cell.querySelector("data, time");
    if (figure) return figure.tagName === "TIME" ? figure.dateTime : Number(figure.value);
    return cell && !cell.querySelector(".unknown") ? cell.textContent.trim() : "";
  }

  function compare(a, b) {
    if (typeof a === "number" && typeof b === "number") return a - b;
    return String(a).localeCompare(String(b), language, { numeric: true });
  }

  function findable(input) {
    const table = document.getElementById(input.getAttribute("aria-controls"));
    input.addEventListener("input", () => {
      const wanted = input.value.toLocaleLowerCase(language);
      for (const row of table.tBodies[0].rows) row.hidden = !row.textContent.toLocaleLowerCase(language).includes(wanted);
    });
  }

  function draw(figure) {
    const spec = JSON.parse(figure.querySelector("script").textContent);
    const options = { actions: false, renderer: "svg", formatLocale: language === "da" ? { decimal: ",", thousands: ".", grouping: [3], currency: ["", " kr."] } : undefined };
    vegaEmbed(figure.querySelector(".drawing"), spec, options).catch((error) => console.error(error));
  }

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("table.sortable").forEach(sortable);
    document.querySelectorAll(".find input").forEach(findable);
    if (window.vegaEmbed) document.querySelectorAll("figure.chart").forEach(draw);
  });
})();
