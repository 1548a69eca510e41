using System.Globalization;

namespace Kairship.Workflows.Expressions.Liquid;

/// <summary>Reads values, filters and conditions inside one output or tag.</summary>
internal sealed class LiquidMarkup(string source, LiquidToken token, LiquidNames names)
{
    private const int MaxNesting = 8;
    private const int MaxTerms = 200;

    private static readonly string[] Comparisons = ["==", "!=", "<>", "<=", ">=", "<", ">", "contains"];

    private readonly string text = token.Text;
    private int at;
    private int nesting;

    public bool IsAtEnd
    {
        get
        {
            SkipSpace();
            return at >= text.Length;
        }
    }

    public ExpressionException Wrong(string what) => LiquidSource.Wrong(source, token.At + Math.Min(at, text.Length), what);

    public void ExpectEnd()
    {
        if (!IsAtEnd)
        {
            throw Wrong($"'{Rest()}' is not expected here");
        }
    }

    /// <summary>A word such as the name of a tag or a variable; empty when there is none.</summary>
    public string Word()
    {
        SkipSpace();
        var start = at;
        while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] == '_' || text[at] == '-' && at > start))
        {
            at++;
        }

        return text[start..at];
    }

    public string ExpectWord(string what) => Word() is { Length: > 0 } word ? word : throw Wrong($"{what} is expected");

    public bool Take(string symbol)
    {
        SkipSpace();
        var isWord = char.IsAsciiLetter(symbol[0]);
        if (string.CompareOrdinal(text, at, symbol, 0, symbol.Length) != 0
            || isWord && at + symbol.Length < text.Length && (char.IsAsciiLetterOrDigit(text[at + symbol.Length]) || text[at + symbol.Length] == '_'))
        {
            return false;
        }

        at += symbol.Length;
        return true;
    }

    public void Expect(string symbol)
    {
        if (!Take(symbol))
        {
            throw Wrong($"'{symbol}' is expected");
        }
    }

    /// <summary>A value and what filters make of it.</summary>
    public LiquidTerm Filtered()
    {
        var value = Value();
        var filters = new List<LiquidFilterCall>();
        while (Take("|"))
        {
            var name = ExpectWord("the name of a filter");
            if (!LiquidFilters.All.TryGetValue(name, out var filter))
            {
                throw Wrong($"there is no filter '{name}'");
            }

            filters.Add(new LiquidFilterCall(name, filter, Take(":") ? Values() : []));
            LimitTerms(filters.Count);
        }

        return filters.Count == 0 ? value : new LiquidFiltered(value, filters);
    }

    public IReadOnlyList<LiquidTerm> Values()
    {
        var values = new List<LiquidTerm>();
        do
        {
            values.Add(Value());
            LimitTerms(values.Count);
        }
        while (Take(","));
        return values;
    }

    /// <summary>Comparisons joined by "and" and "or", which Liquid reads from the right.</summary>
    public LiquidCondition Condition()
    {
        var parts = new List<(LiquidComparison, bool)>();
        while (true)
        {
            var left = Value();
            var comparison = Comparisons.FirstOrDefault(Take);
            var part = new LiquidComparison(left, comparison, comparison is null ? null : Value());
            LimitTerms(parts.Count);
            if (Take("and"))
            {
                parts.Add((part, true));
            }
            else if (Take("or"))
            {
                parts.Add((part, false));
            }
            else
            {
                parts.Add((part, false));
                return new LiquidCondition(parts);
            }
        }
    }

    public LiquidTerm Value()
    {
        SkipSpace();
        if (at >= text.Length)
        {
            throw Wrong("a value is expected");
        }

        return text[at] switch
        {
            '\'' or '"' => new LiquidConstant(Quoted(text[at])),
            '(' => Range(),
            '-' or (>= '0' and <= '9') => new LiquidConstant(Number()),
            _ => Named(),
        };
    }

    private LiquidTerm Named()
    {
        var word = ExpectWord("a value");
        return word switch
        {
            "true" => new LiquidConstant(true),
            "false" => new LiquidConstant(false),
            "nil" or "null" => new LiquidConstant(null),
            "empty" or "blank" => new LiquidConstant(LiquidEmpty.Instance),
            _ => Path(word),
        };
    }

    private LiquidPath Path(string root)
    {
        var start = token.At + at - root.Length;
        var steps = new List<LiquidTerm>();
        while (at < text.Length && text[at] is '.' or '[')
        {
            if (text[at] == '.' && at + 1 < text.Length && text[at + 1] == '.')
            {
                break;
            }

            steps.Add(text[at++] == '.' ? new LiquidConstant(ExpectWord("a name after the dot")) : Index());
            LimitTerms(steps.Count);
        }

        names.Read(root, steps is [LiquidConstant { Value: string first }, ..] ? first : null, start);
        return new LiquidPath(root, steps);
    }

    private LiquidTerm Index()
    {
        Enter();
        var index = Value();
        Expect("]");
        nesting--;
        return index;
    }

    private LiquidRange Range()
    {
        at++;
        Enter();
        var from = Value();
        Expect("..");
        var to = Value();
        Expect(")");
        nesting--;
        return new LiquidRange(from, to);
    }

    private void Enter()
    {
        if (++nesting > MaxNesting)
        {
            throw Wrong($"brackets are nested deeper than {MaxNesting}");
        }
    }

    private string Quoted(char quote)
    {
        var end = text.IndexOf(quote, at + 1);
        if (end < 0)
        {
            throw Wrong($"the text is not closed by {quote}");
        }

        var quoted = text[(at + 1)..end];
        at = end + 1;
        return quoted;
    }

    private object Number()
    {
        var start = at++;
        while (at < text.Length && (char.IsAsciiDigit(text[at]) || text[at] == '.' && at + 1 < text.Length && char.IsAsciiDigit(text[at + 1])))
        {
            at++;
        }

        var digits = text[start..at];
        return long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) ? (object)whole
            : decimal.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number
            : throw Wrong($"'{digits}' is not a number");
    }

    private void LimitTerms(int count)
    {
        if (count > MaxTerms)
        {
            throw Wrong($"there are more than {MaxTerms} parts in it");
        }
    }

    private string Rest() => text[at..].Trim() is { Length: <= 40 } rest ? rest : text[at..].Trim()[..37] + "...";

    private void SkipSpace()
    {
        while (at < text.Length && char.IsWhiteSpace(text[at]))
        {
            at++;
        }
    }
}
