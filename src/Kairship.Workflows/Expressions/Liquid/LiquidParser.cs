namespace Kairship.Workflows.Expressions.Liquid;

/// <summary>Makes a template of its source. Blocks nest to a fixed depth, so that neither parsing nor rendering can outgrow the stack.</summary>
internal sealed class LiquidParser
{
    public const int MaxDepth = 32;

    private readonly string source;
    private readonly IReadOnlyList<LiquidToken> tokens;
    private int at;
    private int depth;

    private LiquidParser(string source)
    {
        this.source = source;
        tokens = new LiquidScanner(source).Scan();
    }

    public LiquidNames Names { get; } = new();

    /// <exception cref="ExpressionException">It does not parse: what is wrong, with line and column.</exception>
    public static (LiquidBlock Root, LiquidNames Names) Parse(string source)
    {
        var parser = new LiquidParser(source);
        var root = parser.Block(null, out _);
        return (root, parser.Names);
    }

    /// <summary>Nodes up to one of these tags, which is given back. Without any: up to the end.</summary>
    private LiquidBlock Block(LiquidToken? opened, out (string Name, LiquidMarkup Markup) end, params string[] ends)
    {
        if (++depth > MaxDepth)
        {
            throw LiquidSource.Wrong(source, opened?.At ?? 0, $"blocks are nested deeper than {MaxDepth}");
        }

        var nodes = new List<LiquidNode>();
        while (at < tokens.Count)
        {
            var token = tokens[at++];
            if (token.Kind == LiquidTokenKind.Text)
            {
                nodes.Add(new LiquidTextNode(token.Text));
                continue;
            }

            var markup = new LiquidMarkup(source, token, Names);
            if (token.Kind == LiquidTokenKind.Output)
            {
                nodes.Add(new LiquidOutputNode(markup.Filtered()));
                markup.ExpectEnd();
                continue;
            }

            var name = markup.ExpectWord("the name of a tag");
            if (ends.Contains(name))
            {
                depth--;
                end = (name, markup);
                return new LiquidBlock(nodes);
            }

            nodes.Add(Tag(token, name, markup));
        }

        if (opened is { } open)
        {
            throw LiquidSource.Wrong(source, open.At, $"there is no '{{% {ends[^1]} %}}' to it");
        }

        depth--;
        end = ("", null!);
        return new LiquidBlock(nodes);
    }

    private LiquidNode Tag(LiquidToken token, string name, LiquidMarkup markup) => name switch
    {
        "assign" => Assign(markup),
        "capture" => new LiquidCapture(Variable(markup), ToEnd(token, markup, "endcapture")),
        "increment" => new LiquidCounter(Counter(markup), 1),
        "decrement" => new LiquidCounter(Counter(markup), -1),
        "echo" => Echo(markup),
        "if" => If(token, markup, negate: false, "endif"),
        "unless" => If(token, markup, negate: true, "endunless"),
        "case" => Case(token, markup),
        "for" => For(token, markup),
        "break" => Jump(markup, LiquidFlow.Break),
        "continue" => Jump(markup, LiquidFlow.Continue),
        "include" or "render" or "layout" => throw LiquidSource.Wrong(source, token.At, $"'{name}' is not supported: a template here has no others to include"),
        _ => throw LiquidSource.Wrong(source, token.At,
            $"there is no tag '{name}' here (known: assign, capture, case, comment, decrement, echo, for, if, increment, raw, unless)"),
    };

    private LiquidBlock ToEnd(LiquidToken token, LiquidMarkup markup, string endTag)
    {
        markup.ExpectEnd();
        return Block(token, out _, endTag);
    }

    private LiquidAssign Assign(LiquidMarkup markup)
    {
        var name = Variable(markup);
        markup.Expect("=");
        var value = markup.Filtered();
        markup.ExpectEnd();
        return new LiquidAssign(name, value);
    }

    private static LiquidOutputNode Echo(LiquidMarkup markup)
    {
        var value = markup.Filtered();
        markup.ExpectEnd();
        return new LiquidOutputNode(value);
    }

    private string Variable(LiquidMarkup markup)
    {
        var name = markup.ExpectWord("the name of a variable");
        Names.Make(name);
        return name;
    }

    private string Counter(LiquidMarkup markup)
    {
        var name = Variable(markup);
        markup.ExpectEnd();
        return name;
    }

    private static LiquidJump Jump(LiquidMarkup markup, LiquidFlow flow)
    {
        markup.ExpectEnd();
        return new LiquidJump(flow);
    }

    private LiquidBranches If(LiquidToken token, LiquidMarkup markup, bool negate, string endTag)
    {
        var branches = new List<(Func<LiquidRun, bool>, LiquidBlock)>();
        while (true)
        {
            var condition = markup.Condition();
            markup.ExpectEnd();
            var wanted = !(negate && branches.Count == 0);
            var body = Block(token, out var end, "elsif", "else", endTag);
            branches.Add((run => condition.Holds(run) == wanted, body));
            markup = end.Markup;
            if (end.Name == "elsif")
            {
                continue;
            }

            var otherwise = end.Name == "else" ? ToEnd(token, markup, endTag) : LiquidBlock.Empty;
            return new LiquidBranches(branches, otherwise);
        }
    }

    private LiquidBranches Case(LiquidToken token, LiquidMarkup markup)
    {
        var subject = markup.Value();
        markup.ExpectEnd();
        var branches = new List<(Func<LiquidRun, bool>, LiquidBlock)>();
        // What stands before the first "when" is never shown.
        Block(token, out var end, "when", "else", "endcase");
        while (end.Name == "when")
        {
            var candidates = new List<LiquidTerm>(end.Markup.Values());
            while (end.Markup.Take("or"))
            {
                candidates.AddRange(end.Markup.Values());
            }

            end.Markup.ExpectEnd();
            var body = Block(token, out end, "when", "else", "endcase");
            branches.Add((run => subject.Evaluate(run) is var value && candidates.Any(c => LiquidValues.AreEqual(run, value, c.Evaluate(run))), body));
        }

        return new LiquidBranches(branches, end.Name == "else" ? ToEnd(token, end.Markup, "endcase") : LiquidBlock.Empty);
    }

    private LiquidFor For(LiquidToken token, LiquidMarkup markup)
    {
        var variable = Variable(markup);
        markup.Expect("in");
        var loop = new LiquidLoop(variable, markup.Value(), null, null, Reversed: false);
        while (!markup.IsAtEnd)
        {
            markup.Take(",");
            loop = markup.ExpectWord("limit, offset or reversed") switch
            {
                "reversed" => loop with { Reversed = true },
                "limit" => loop with { Limit = AfterColon(markup) },
                "offset" => loop with { Offset = AfterColon(markup) },
                var other => throw markup.Wrong($"'{other}' is not expected here: a for has limit, offset and reversed"),
            };
        }

        var body = Block(token, out var end, "else", "endfor");
        return new LiquidFor(loop, body, end.Name == "else" ? ToEnd(token, end.Markup, "endfor") : LiquidBlock.Empty);
    }

    private static LiquidTerm AfterColon(LiquidMarkup markup)
    {
        markup.Expect(":");
        return markup.Value();
    }
}
