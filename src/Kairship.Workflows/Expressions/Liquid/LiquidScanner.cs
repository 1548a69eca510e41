namespace Kairship.Workflows.Expressions.Liquid;

internal enum LiquidTokenKind
{
    Text,

    /// <summary>What stands between <c>{{</c> and <c>}}</c>.</summary>
    Output,

    /// <summary>What stands between <c>{%</c> and <c>%}</c>.</summary>
    Tag,
}

/// <param name="At">Where its text starts in the source.</param>
internal readonly record struct LiquidToken(LiquidTokenKind Kind, string Text, int At);

/// <summary>Cuts a template into text, outputs and tags; linear in its length. Comments are gone afterwards and raw blocks are text.</summary>
internal sealed class LiquidScanner(string source)
{
    private readonly List<LiquidToken> tokens = [];
    private int at;
    private bool trimNext;

    public IReadOnlyList<LiquidToken> Scan()
    {
        while (at < source.Length)
        {
            var open = NextOpening(at);
            if (open < 0)
            {
                AddText(source.Length, trimEnd: false);
                break;
            }

            var kind = source[open + 1] == '{' ? LiquidTokenKind.Output : LiquidTokenKind.Tag;
            var trimsLeft = open + 2 < source.Length && source[open + 2] == '-';
            AddText(open, trimsLeft);
            var close = source.IndexOf(kind == LiquidTokenKind.Output ? "}}" : "%}", open + 2, StringComparison.Ordinal);
            if (close < 0)
            {
                throw LiquidSource.Wrong(source, open, kind == LiquidTokenKind.Output ? "'{{' is not closed by '}}'" : "'{%' is not closed by '%}'");
            }

            var start = open + (trimsLeft ? 3 : 2);
            var end = Math.Max(start, close > start && source[close - 1] == '-' ? close - 1 : close);
            trimNext = source[close - 1] == '-' && close - 1 >= start;
            at = close + 2;
            AddMarkup(kind, start, end);
        }

        return tokens;
    }

    private void AddMarkup(LiquidTokenKind kind, int start, int end)
    {
        var markup = source[start..end];
        var name = kind == LiquidTokenKind.Tag ? markup.Trim() : "";
        if (name is "raw")
        {
            var (from, to) = SkipTo("endraw", start);
            tokens.Add(new LiquidToken(LiquidTokenKind.Text, source[from..to], from));
        }
        else if (name is "comment")
        {
            SkipTo("endcomment", start);
        }
        else if (!name.StartsWith('#'))
        {
            tokens.Add(new LiquidToken(kind, markup, start));
        }
    }

    /// <summary>What is before the tag of that name; goes on after it.</summary>
    private (int From, int To) SkipTo(string tag, int opened)
    {
        var from = at;
        for (var open = source.IndexOf("{%", at, StringComparison.Ordinal); open >= 0; open = source.IndexOf("{%", open + 2, StringComparison.Ordinal))
        {
            var close = source.IndexOf("%}", open + 2, StringComparison.Ordinal);
            if (close < 0)
            {
                break;
            }

            // A tag of that name is short: what is longer is not it, and looking at all of it each time would be quadratic.
            if (close - open < 64 && source[(open + 2)..close].Trim('-', ' ', '\t', '\r', '\n') == tag)
            {
                at = close + 2;
                trimNext = source[close - 1] == '-';
                return (from, open);
            }
        }

        throw LiquidSource.Wrong(source, opened, $"there is no '{{% {tag} %}}' to it");
    }

    private int NextOpening(int from)
    {
        for (var open = source.IndexOf('{', from); open >= 0 && open + 1 < source.Length; open = source.IndexOf('{', open + 1))
        {
            if (source[open + 1] is '{' or '%')
            {
                return open;
            }
        }

        return -1;
    }

    private void AddText(int end, bool trimEnd)
    {
        var text = source.AsSpan(at, end - at);
        text = trimNext ? text.TrimStart() : text;
        text = trimEnd ? text.TrimEnd() : text;
        trimNext = false;
        if (text.Length > 0)
        {
            tokens.Add(new LiquidToken(LiquidTokenKind.Text, text.ToString(), at));
        }
    }
}

internal static class LiquidSource
{
    /// <summary>What is wrong with a template, with the place.</summary>
    public static ExpressionException Wrong(string source, int at, string what)
    {
        var before = source.AsSpan(0, Math.Min(at, source.Length));
        var line = before.Count('\n') + 1;
        var column = before.Length - (before.LastIndexOf('\n') + 1) + 1;
        return new ExpressionException($"The template does not parse: {what} (line {line}, column {column}).");
    }
}
