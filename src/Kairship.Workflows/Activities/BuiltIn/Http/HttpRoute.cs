using System.Buffers;
using System.Text.Json.Nodes;
using Kairship.Workflows.Expressions;

namespace Kairship.Workflows.Activities.BuiltIn.Http;

/// <summary>
/// The path of an endpoint, "orders/{id}": literal segments (in any case) and parameters that take a whole segment. The stimulus of a request is its method and the route's
/// shape, "GET /orders/{}": a request asks for each shape that its path could have, the most literal first.
/// </summary>
public sealed class HttpRoute
{
    public const string StimulusName = "http";

    /// <summary>Segments of a route with parameters: a path of so many has 2^6 shapes.</summary>
    public const int MaxSegmentsWithParameters = 6;

    private const int MaxSegments = 32;

    private static readonly SearchValues<char> NotLiteral = SearchValues.Create("{}*?#%");

    private readonly string[] segments;

    private HttpRoute(string[] segments) => this.segments = segments;

    /// <exception cref="ExpressionException">It is not a route; the message says what is allowed.</exception>
    public static HttpRoute Parse(string? path)
    {
        var parts = Split(path ?? "");
        var names = parts.Where(IsParameter).Select(s => s[1..^1]).ToArray();
        if (parts.Length == 0 || parts.Length > MaxSegments || parts.Any(s => !IsParameter(s) && s.AsSpan().IndexOfAny(NotLiteral) >= 0))
        {
            throw new ExpressionException($"The path '{path}' is not a route such as orders/{{id}}: segments are texts or {{name}}, without constraints, defaults or wildcards.");
        }

        if (names.Any(n => n.Length == 0 || !n.All(c => char.IsAsciiLetterOrDigit(c) || c == '_')) || names.Distinct(StringComparer.OrdinalIgnoreCase).Count() < names.Length)
        {
            throw new ExpressionException($"The path '{path}' has a parameter without a plain name, or one twice.");
        }

        return names.Length > 0 && parts.Length > MaxSegmentsWithParameters
            ? throw new ExpressionException($"The path '{path}' has parameters and more than {MaxSegmentsWithParameters} segments.")
            : new HttpRoute(parts);
    }

    /// <summary>What requests by that method to this route send.</summary>
    public StimulusKey Stimulus(string method) => Key(method, segments.Select(s => IsParameter(s) ? "{}" : s));

    /// <summary>The shapes that a request may have been meant for, most specific first: literals before parameters, from left to right.</summary>
    public static IEnumerable<StimulusKey> Candidates(string method, string path)
    {
        var parts = Split(path);
        if (parts.Length == 0 || parts.Length > MaxSegments)
        {
            yield break;
        }

        var shapes = parts.Length <= MaxSegmentsWithParameters ? 1 << parts.Length : 1;
        for (var shape = 0; shape < shapes; shape++)
        {
            var parameters = shape;
            yield return Key(method, parts.Select((s, i) => (parameters >> (parts.Length - 1 - i) & 1) == 1 ? "{}" : s));
        }
    }

    /// <summary>Parameter to its value.</summary>
    public JsonObject Values(string path)
    {
        var given = Split(path);
        return new JsonObject(segments.Zip(given).Where(p => IsParameter(p.First)).Select(p => KeyValuePair.Create(p.First[1..^1], (JsonNode?)JsonValue.Create(p.Second))));
    }

    private static StimulusKey Key(string method, IEnumerable<string> shape) =>
        new(StimulusName, $"{method.ToUpperInvariant()} /{string.Join('/', shape.Select(s => s.ToLowerInvariant()))}");

    private static bool IsParameter(string segment) => segment.Length > 2 && segment[0] == '{' && segment[^1] == '}';

    private static string[] Split(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
