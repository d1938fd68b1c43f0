throw new SyntaxError("no model today");
