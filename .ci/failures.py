"""Prints name, message and own stack frames of every failed test in the .trx files of a folder: the console logger says only the name."""
import pathlib
import sys
import xml.etree.ElementTree as tree

TRX = "{http://microsoft.com/schemas/VisualStudio/TeamTest/2010}"
MAX_MESSAGE = 3000

for path in pathlib.Path(sys.argv[1]).glob("*.trx"):
    for result in tree.parse(path).iter(TRX + "UnitTestResult"):
        if result.get("outcome") == "Failed":
            message = result.findtext(f"{TRX}Output/{TRX}ErrorInfo/{TRX}Message") or "(no message)"
            stack = result.findtext(f"{TRX}Output/{TRX}ErrorInfo/{TRX}StackTrace") or ""
            print(f"FAILED {result.get('testName')}", message[:MAX_MESSAGE], *(line for line in stack.splitlines() if "Kairship" in line), "", sep="\n")
