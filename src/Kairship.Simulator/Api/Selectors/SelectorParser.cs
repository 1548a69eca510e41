using Kairship.Simulator.Admission;
using Kairship.Simulator.Admission.Rules;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Api.Selectors;

/// <summary>One requirement of a label selector's text.</summary>
internal sealed record ParsedRequirement(string Key, string Operator, IReadOnlyList<string> Values);

/// <summary>Reads the text of a <c>labelSelector</c> with the grammar and the words of a real API server.</summary>
internal sealed class SelectorParser
{
    readonly List<string> _tokens;
    int _at;

    SelectorParser(string text) => _tokens = Tokens(text);

    /// <exception cref="ApiException">400 with what was found and what was expected.</exception>
    public static IReadOnlyList<ParsedRequirement> Parse(string text) => new SelectorParser(text).All();

    List<ParsedRequirement> All()
    {
        var found = new List<ParsedRequirement>();
        while (true)
        {
            if (Next.Length == 0)
                return found;
            if (!IsIdentifier(Next) && Next != "!")
                throw ApiException.BadRequest($"found '{Next}', expected: !, identifier, or 'end of string'");
            found.Add(One());
            var after = Take();
            if (after.Length == 0)
                return found;
            if (after != ",")
                throw ApiException.BadRequest($"found '{after}', expected: ',' or 'end of string'");
            if (!IsIdentifier(Next) && Next != "!")
                throw ApiException.BadRequest($"found '{Next}', expected: identifier after ','");
        }
    }

    ParsedRequirement One()
    {
        var not = Next == "!";
        if (not)
            Take();
        var key = Take();
        if (!IsIdentifier(key))
            throw Refused($"found '{key}', expected: identifier");
        Check(violations => Names.Key("key", key, violations));
        if (not || Next is "" or ",")
            return new ParsedRequirement(key, not ? "DoesNotExist" : "Exists", []);
        var word = Take();
        return word switch
        {
            "in" => new ParsedRequirement(key, "In", Checked(key, Set())),
            "notin" => new ParsedRequirement(key, "NotIn", Checked(key, Set())),
            "=" or "==" => new ParsedRequirement(key, "In", Checked(key, [Exact()])),
            "!=" => new ParsedRequirement(key, "NotIn", Checked(key, [Exact()])),
            ">" or "<" => new ParsedRequirement(key, word == ">" ? "Gt" : "Lt", [Whole(Exact())]),
            _ => throw Refused($"found '{word}', expected: '=', '!=', '==', 'in', notin'"),
        };
    }

    string Exact()
    {
        if (Next is "" or ",")
            return "";
        var value = Take();
        return IsIdentifier(value) || value is "in" or "notin" ? value : throw Refused($"found '{value}', expected: identifier");
    }

    List<string> Set()
    {
        var open = Take();
        if (open != "(")
            throw Refused($"found '{open}' expected: '('");
        var values = new SortedSet<string>(StringComparer.Ordinal);
        if (Next == ")")
        {
            Take();
            return [""];
        }
        while (true)
        {
            values.Add(Next is "," or ")" ? "" : Take());
            var after = Take();
            if (after == ")")
                return [.. values];
            if (after != ",")
                throw Refused($"found '{after}', expected: ',' or ')'");
        }
    }

    static string Whole(string text) => long.TryParse(text, out _) ? text : throw Refused("for 'Gt', 'Lt' operators, the value must be an integer");

    static IReadOnlyList<string> Checked(string key, IReadOnlyList<string> values)
    {
        for (var i = 0; i < values.Count; i++)
        {
            var (at, value) = (i, values[i]);
            Check(violations => Names.Value($"values[{at}][{key}]", value, violations));
        }
        return values;
    }

    static void Check(Action<Violations> rule)
    {
        var violations = new Violations();
        rule(violations);
        if (violations.Any)
            throw Refused(violations.Text);
    }

    static ApiException Refused(string why) => ApiException.BadRequest("unable to parse requirement: " + why);

    string Next => _at < _tokens.Count ? _tokens[_at] : "";

    string Take() => _at < _tokens.Count ? _tokens[_at++] : "";

    static bool IsIdentifier(string token) => token.Length > 0 && !"!=<>(),".Contains(token[0], StringComparison.Ordinal) && token is not ("in" or "notin");

    static List<string> Tokens(string text)
    {
        var tokens = new List<string>();
        for (var i = 0; i < text.Length;)
        {
            if (char.IsWhiteSpace(text[i]))
            {
                i++;
                continue;
            }
            var start = i;
            if ("(),".Contains(text[i], StringComparison.Ordinal))
                i++;
            else if ("=!<>".Contains(text[i], StringComparison.Ordinal))
                i += text.AsSpan(i).StartsWith("==") || text.AsSpan(i).StartsWith("!=") ? 2 : 1;
            else
                while (i < text.Length && !char.IsWhiteSpace(text[i]) && !"(),=!<>".Contains(text[i], StringComparison.Ordinal))
                    i++;
            tokens.Add(text[start..i]);
        }
        return tokens;
    }
}
