using System.Collections.Frozen;
using System.Net;
using System.Text;
using System.Text.Json;

namespace Kairship.Workflows.Expressions.Liquid;

/// <summary>The filters of Liquid. Each makes its text through <see cref="LiquidRun.Make"/> and counts the items that it looks at, so that none can make more than the limits allow.</summary>
internal static partial class LiquidFilters
{
    public static FrozenDictionary<string, LiquidFilter> All { get; } = Texts().Concat(Lists()).Concat(Numbers()).ToFrozenDictionary(StringComparer.Ordinal);

    private static Dictionary<string, LiquidFilter> Texts() => new()
    {
        ["append"] = (run, input, a) => run.Joined(Text(run, input), Text(run, Argument(a, 0))),
        ["prepend"] = (run, input, a) => run.Joined(Text(run, Argument(a, 0)), Text(run, input)),
        ["upcase"] = (run, input, _) => run.Made(Text(run, input).ToUpperInvariant()),
        ["downcase"] = (run, input, _) => run.Made(Text(run, input).ToLowerInvariant()),
        ["capitalize"] = (run, input, _) => run.Made(Text(run, input) is { Length: > 0 } t ? char.ToUpperInvariant(t[0]) + t[1..].ToLowerInvariant() : ""),
        ["strip"] = (run, input, _) => run.Made(Text(run, input).Trim()),
        ["lstrip"] = (run, input, _) => run.Made(Text(run, input).TrimStart()),
        ["rstrip"] = (run, input, _) => run.Made(Text(run, input).TrimEnd()),
        ["strip_newlines"] = (run, input, _) => run.Made(Text(run, input).Replace("\r", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal)),
        ["newline_to_br"] = (run, input, _) => Replace(run, Text(run, input), "\n", "<br />\n", int.MaxValue),
        ["strip_html"] = (run, input, _) => StripHtml(run, Text(run, input)),
        ["escape"] = (run, input, _) => Escape(run, Text(run, input)),
        ["escape_once"] = (run, input, _) => Escape(run, WebUtility.HtmlDecode(Text(run, input))),
        ["url_encode"] = (run, input, _) => Grown(run, Text(run, input), 9, WebUtility.UrlEncode),
        ["url_decode"] = (run, input, _) => run.Made(WebUtility.UrlDecode(Text(run, input))),
        ["base64_encode"] = (run, input, _) => Grown(run, Text(run, input), 4, t => Convert.ToBase64String(Encoding.UTF8.GetBytes(t))),
        ["base64_decode"] = (run, input, _) => run.Made(Encoding.UTF8.GetString(Convert.FromBase64String(Text(run, input)))),
        ["remove"] = (run, input, a) => Replace(run, Text(run, input), Text(run, Argument(a, 0)), "", int.MaxValue),
        ["remove_first"] = (run, input, a) => Replace(run, Text(run, input), Text(run, Argument(a, 0)), "", 1),
        ["replace"] = (run, input, a) => Replace(run, Text(run, input), Text(run, Argument(a, 0)), Text(run, Argument(a, 1)), int.MaxValue),
        ["replace_first"] = (run, input, a) => Replace(run, Text(run, input), Text(run, Argument(a, 0)), Text(run, Argument(a, 1)), 1),
        ["split"] = (run, input, a) => Split(run, Text(run, input), Text(run, Argument(a, 0))),
        ["truncate"] = (run, input, a) => Truncate(run, Text(run, input), a.Count > 0 ? LiquidValues.Whole(a[0]) : 50, a.Count > 1 ? Text(run, a[1]) : "..."),
        ["truncatewords"] = (run, input, a) => TruncateWords(run, Text(run, input), a.Count > 0 ? LiquidValues.Whole(a[0]) : 15, a.Count > 1 ? Text(run, a[1]) : "..."),
        ["json"] = (run, input, _) => run.Made(LiquidText.Json(run, input)?.ToJsonString() ?? "null"),
        ["date"] = (run, input, a) => LiquidDate.Format(run, input, Text(run, Argument(a, 0))),
        ["default"] = (_, input, a) => LiquidValues.IsEmpty(input) ? Argument(a, 0) : input,
    };

    private static string Joined(this LiquidRun run, string left, string right)
    {
        run.Make(left.Length + (long)right.Length);
        return left + right;
    }

    /// <summary>A conversion that makes at most so many characters of one.</summary>
    private static string Grown(LiquidRun run, string text, int most, Func<string, string> convert)
    {
        run.Make(text.Length * (long)most);
        return convert(text);
    }

    private static string Escape(LiquidRun run, string text)
    {
        run.Make(text.Length + (text.Count(c => c is '&' or '<' or '>' or '"' or '\'') * 5L) + (text.Count(c => c > 159) * 7L));
        return WebUtility.HtmlEncode(text);
    }

    private static string Replace(LiquidRun run, string text, string sought, string by, int most)
    {
        if (sought.Length == 0)
        {
            return text;
        }

        var result = new StringBuilder();
        var from = 0;
        for (var found = text.IndexOf(sought, StringComparison.Ordinal); found >= 0 && most > 0; found = text.IndexOf(sought, from, StringComparison.Ordinal), most--)
        {
            run.Make(found - from + (long)by.Length);
            result.Append(text, from, found - from).Append(by);
            from = found + sought.Length;
        }

        run.Make(text.Length - from);
        return result.Append(text, from, text.Length - from).ToString();
    }

    private static List<object?> Split(LiquidRun run, string text, string separator)
    {
        var parts = new List<object?>();
        for (var from = 0; from < text.Length;)
        {
            run.Step();
            var to = separator.Length == 0 ? from + 1 : text.IndexOf(separator, from, StringComparison.Ordinal) is >= 0 and var found ? found : text.Length;
            parts.Add(run.Made(text[from..to]));
            from = to + separator.Length;
        }

        return parts;
    }

    /// <summary>One pass: what is in tags, comments, scripts and styles is left out.</summary>
    private static string StripHtml(LiquidRun run, string text)
    {
        var result = new StringBuilder();
        for (var from = 0; from < text.Length;)
        {
            run.Charge(1);
            var open = text.IndexOf('<', from);
            result.Append(text, from, (open < 0 ? text.Length : open) - from);
            if (open < 0)
            {
                break;
            }

            var end = text.AsSpan(open).StartsWith("<!--", StringComparison.Ordinal) ? "-->"
                : text.AsSpan(open).StartsWith("<script", StringComparison.OrdinalIgnoreCase) ? "</script>"
                : text.AsSpan(open).StartsWith("<style", StringComparison.OrdinalIgnoreCase) ? "</style>" : ">";
            var close = text.IndexOf(end, open, StringComparison.OrdinalIgnoreCase);
            from = close < 0 ? text.Length : close + end.Length;
        }

        return run.Made(result.ToString());
    }

    private static string Truncate(LiquidRun run, string text, long length, string ellipsis) =>
        text.Length <= length ? text : run.Joined(text[..(int)Math.Clamp(length - ellipsis.Length, 0, text.Length)], ellipsis);

    private static string TruncateWords(LiquidRun run, string text, long words, string ellipsis)
    {
        var at = 0;
        for (var word = 0L; word < Math.Max(1, words); word++)
        {
            while (at < text.Length && char.IsWhiteSpace(text[at]))
            {
                at++;
            }

            while (at < text.Length && !char.IsWhiteSpace(text[at]))
            {
                at++;
            }

            if (at >= text.Length)
            {
                return text;
            }
        }

        return run.Joined(text[..at], ellipsis);
    }

    private static object? Argument(IReadOnlyList<object?> arguments, int index) => index < arguments.Count ? arguments[index] : null;

    private static string Text(LiquidRun run, object? value) => LiquidText.Of(run, value);
}
