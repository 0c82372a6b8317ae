"""What screen readers have of the pages that are open.

tree               prints it as JSON: role, name, live (polite or assertive), children
press ROLE NAME    does what a click on that element does
"""

import json
import sys

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi  # noqa: E402


def children(node):
    count = node.get_child_count()
    return [child for at in range(count) if (child := node.get_child_at_index(at))]


def walk(node):
    yield node
    for child in children(node):
        yield from walk(child)


def documents():
    # The windows of the browser have hundreds of elements, of which one is the page.
    desktop = Atspi.get_desktop(0)
    for node in walk(desktop):
        if node.get_role_name() == "document web" and node.get_name() != "":
            yield node


def tree(node):
    return {
        "role": node.get_role_name(),
        "name": node.get_name(),
        "live": node.get_attributes().get("live"),
        "children": [tree(child) for child in children(node)],
    }


def press(role, name):
    for document in documents():
        for node in walk(document):
            if node.get_role_name() == role and node.get_name() == name:
                return node.get_action_iface().do_action(0)
    return False


Atspi.init()
command, *rest = sys.argv[1:]
print(json.dumps([tree(node) for node in documents()] if command == "tree" else press(*rest)))
