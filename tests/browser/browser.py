"""A headless Chromium that remembers what went wrong in it: console errors and violations of the
Content-Security-Policy."""
import base64
import os
import shutil

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

PHONE, LAPTOP, DESKTOP = (390, 844), (1200, 800), (1440, 900)
AXE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "node_modules/axe-core/axe.min.js")


class Browser:
    def __init__(self, *switches):
        options = Options()
        options.binary_location = shutil.which("chromium")
        for switch in ("--headless=new", "--disable-gpu", "--disable-dev-shm-usage",
                       "--no-first-run", "--disable-background-networking", "--hide-scrollbars",
                       *switches):
            options.add_argument(switch)
        if os.geteuid() == 0:
            options.add_argument("--no-sandbox")  # the sandbox needs an ordinary user
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        service = Service(shutil.which("chromedriver"))
        self.driver = webdriver.Chrome(service=service, options=options)
        self.driver.set_page_load_timeout(30)

    def close(self):
        self.driver.quit()

    def look(self, scheme="light", size=DESKTOP):
        """The colour scheme and the size of the window from now on."""
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {
            "features": [{"name": "prefers-color-scheme", "value": scheme}]})
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": size[0], "height": size[1], "deviceScaleFactor": 1,
            "mobile": size[0] < 600})

    def open(self, address):
        self.driver.get(address)
        return self

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def troubles(self):
        """What the console has complained about since the last call, violations of the policy too. Plain text
        names no icon, so that the browser asks for one of its own."""
        return [entry["message"] for entry in self.driver.get_log("browser")
                if entry["level"] in ("SEVERE", "WARNING") and "/favicon.ico" not in entry["message"]]

    def screenshot(self, path, whole=False):
        parameters = {"captureBeyondViewport": whole}
        if whole:
            metrics = self.driver.execute_cdp_cmd("Page.getLayoutMetrics", {})["cssContentSize"]
            parameters["clip"] = {"x": 0, "y": 0, "width": metrics["width"],
                                  "height": min(metrics["height"], 6000), "scale": 1}
        image = self.driver.execute_cdp_cmd("Page.captureScreenshot", parameters)
        with open(path, "wb") as file:
            file.write(base64.b64decode(image["data"]))

    def axe(self):
        """What axe-core objects to, as text."""
        # By the debugging protocol, which the page's policy does not govern.
        with open(AXE, encoding="utf-8") as file:
            self.driver.execute_cdp_cmd("Runtime.evaluate", {"expression": file.read()})
        found = self.driver.execute_async_script(
            "const done = arguments[0];"
            "axe.run({resultTypes: ['violations']}).then(r => done(r.violations), e => done([{"
            "id: String(e), nodes: []}]));")
        return [f"{rule['id']}: {rule.get('help', '')}: {node['html'][:160]} {node.get('failureSummary', '')}"
                for rule in found for node in rule["nodes"][:3] or [{"html": ""}]]
