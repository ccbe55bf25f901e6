// look.mjs PAGE PREFIX - opens a page in Chromium, as wide as a telephone and as a desk, light and
// dark, and prints it: PREFIX-WIDTH-SCHEME.png, PREFIX.pdf. What it saw is JSON on standard output.
// Run in the folder whose node_modules has axe-core and puppeteer-core.
import fs from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(process.cwd() + "/");
const puppeteer = require("puppeteer-core");
const axe = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const [file, prefix] = process.argv.slice(2);
const url = "file://" + file;
const seen = { messages: [], requests: [], views: [] };

const browser = await puppeteer.launch({
	executablePath: "/usr/bin/chromium",
	args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
});

async function newPage() {
	const page = await browser.newPage();
	page.on("console", (message) => seen.messages.push(message.text()));
	page.on("pageerror", (error) => seen.messages.push(String(error)));
	page.on("request", (request) => seen.requests.push(request.url()));
	return page;
}

const width = (page) => page.evaluate(() => document.documentElement.scrollWidth);

// Pairs of texts of a chart that touch one another: 4 pixels are a blank. A label ends where its own drawing does.
const overlaps = (page) =>
	page.evaluate(() => {
		const found = [];
		const seen = (text) => {
			const box = text.getBoundingClientRect();
			const own = text.ownerSVGElement;
			const left = own.ownerSVGElement?.getBoundingClientRect().left + own.x.baseVal.value;
			return {
				text: text.textContent,
				left: own.ownerSVGElement ? Math.max(box.left, left) : box.left,
				right: own.ownerSVGElement
					? Math.min(box.right, left + own.width.baseVal.value)
					: box.right,
				top: box.top,
				bottom: box.bottom,
			};
		};
		for (const svg of document.querySelectorAll("section>svg")) {
			const texts = [...svg.querySelectorAll("text")].map(seen);
			for (let i = 0; i < texts.length; i++)
				for (const a of texts.slice(0, i)) {
					const b = texts[i];
					const beside = a.left >= b.right + 4 || b.left >= a.right + 4;
					if (!beside && a.top + 3 < b.bottom && b.top + 3 < a.bottom)
						found.push(`${a.text} | ${b.text}`);
				}
		}
		return found;
	});

// As it stands, with its policy; then once more without, since axe is a script.
async function look(pixels, scheme) {
	const page = await newPage();
	await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
	await page.setViewport({ width: pixels, height: 900 });
	await page.goto(url);
	const view = { pixels, scheme, width: await width(page), overlaps: await overlaps(page) };
	await page.screenshot({ path: `${prefix}-${pixels}-${scheme}.png`, fullPage: true });
	await page.setBypassCSP(true);
	await page.goto(url);
	await page.evaluate(() => {
		for (const details of document.querySelectorAll("details")) details.open = true;
	});
	view.width_opened = await width(page);
	await page.evaluate(axe);
	const found = await page.evaluate(() => axe.run());
	view.passes = found.passes.length;
	view.violations = found.violations.map(
		(v) => `${v.impact} ${v.id}: ${v.nodes[0].html.slice(0, 200)}`,
	);
	seen.views.push(view);
	await page.close();
}

for (const scheme of ["light", "dark"])
	for (const pixels of [400, 1100, 1400]) await look(pixels, scheme);
const page = await newPage();
await page.goto(url);
await page.pdf({ path: prefix + ".pdf", format: "A4" });
await browser.close();
console.log(JSON.stringify(seen));
