using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Kairship.Workflows.Execution.Journaling;

/// <summary>
/// The secret values known in one instance: those of sensitive variables and workflow inputs, and of sensitive inputs and outputs of activities that run. Texts of 8 characters and
/// more are masked wherever they occur, as they are and in base64; shorter ones where they are the whole text. What is known stays known as long as this lives.
/// </summary>
internal sealed partial class InstanceSecrets(GraphJournal graph, InstanceState state)
{
    public const string Mark = "***";
    private const int ShortestPart = 8;
    private const int ShortestWhole = 4;
    private const int LongestJson = 1_000_000;
    private const int MostLookedAt = 100_000;

    private readonly HashSet<string> parts = new(StringComparer.Ordinal);
    private readonly HashSet<string> wholes = new(StringComparer.Ordinal);
    private string[]? ordered;
    private SearchValues<string>? search;
    private bool seeded;

    /// <summary>Characters past the end of what is kept of a text that masking must see, so that no secret is cut before it is recognised.</summary>
    public int Overlap => Math.Max(512, parts.Count == 0 ? 0 : Ordered[0].Length);

    private string[] Ordered => ordered ??= [.. parts.OrderByDescending(p => p.Length)];

    public bool IsSensitive(string idOrName) => graph.IsSensitive(idOrName);

    /// <summary>Every text in it is a secret.</summary>
    public void Learn(JsonNode? value) => Walk(value, isSecret: true, 0);

    /// <summary>The texts under names of secrets, and the data of Kubernetes Secrets, are secrets.</summary>
    public void LearnInside(JsonNode? value) => Walk(value, isSecret: false, 0);

    public string Mask(string text)
    {
        Seed();
        if (wholes.Contains(text))
        {
            return Mark;
        }

        if (parts.Count > 0)
        {
            text = MaskParts(text);
        }

        return text.Length >= 12 ? MaskShapes(text) : text;
    }

    private string MaskParts(string text)
    {
        search ??= SearchValues.Create(Ordered, StringComparison.Ordinal);
        var at = text.AsSpan().IndexOfAny(search);
        if (at < 0)
        {
            return text;
        }

        var masked = new StringBuilder(text.Length);
        var rest = text.AsSpan();
        while (at >= 0)
        {
            masked.Append(rest[..at]).Append(Mark);
            rest = rest[at..];
            rest = rest[LengthAt(rest)..];
            at = rest.IndexOfAny(search);
        }

        return masked.Append(rest).ToString();
    }

    private int LengthAt(ReadOnlySpan<char> text)
    {
        foreach (var part in Ordered)
        {
            if (text.StartsWith(part, StringComparison.Ordinal))
            {
                return part.Length;
            }
        }

        return 1;
    }

    /// <summary>What looks like a secret whoever's it is.</summary>
    private static string MaskShapes(string text)
    {
        if (text.Contains("kind", StringComparison.Ordinal) && SecretManifest().IsMatch(text))
        {
            return $"{Mark} (text with a Kubernetes Secret)";
        }

        text = Assigned().Replace(text, $"$1{Mark}");
        text = Bearer().Replace(text, $"$1 {Mark}");
        return text.Contains("://", StringComparison.Ordinal) ? UserInfo().Replace(text, $"://{Mark}@") : text;
    }

    private void Seed()
    {
        if (seeded)
        {
            return;
        }

        seeded = true;
        LearnNamed(state.Input, graph.IsSensitive);
        LearnNamed(state.Output, graph.IsSensitive);
        LearnNamed(state.Variables, graph.IsSensitive);
        foreach (var execution in state.Executions)
        {
            LearnNamed(execution.Variables, graph.IsSensitive);
            LearnNamed(execution.Inputs, name => graph.Find(execution.ActivityId)?.IsSensitiveInput(name) ?? SecretNames.IsSecret(name));
        }

        foreach (var (activity, outputs) in state.ActivityOutputs ?? [])
        {
            LearnNamed(outputs, name => graph.Find(activity)?.IsSensitiveOutput(name) ?? SecretNames.IsSecret(name));
        }
    }

    /// <summary>Values by name: of a secret's name wholly, of others what is under such names.</summary>
    private void LearnNamed(IEnumerable<KeyValuePair<string, JsonNode?>>? values, Func<string, bool> isSensitive)
    {
        foreach (var (name, value) in values ?? [])
        {
            Walk(value, isSensitive(name), 0);
        }
    }

    private void Walk(JsonNode? value, bool isSecret, int depth)
    {
        if (depth > 128 || parts.Count > MostLookedAt)
        {
            return;
        }

        switch (value)
        {
            case JsonObject o:
                var isKubernetes = IsKubernetesSecret(o);
                foreach (var (name, inner) in o)
                {
                    Walk(inner, isSecret || SecretNames.IsSecret(name) || (isKubernetes && name is "data" or "stringData"), depth + 1);
                }

                break;
            case JsonArray list:
                foreach (var inner in list)
                {
                    Walk(inner, isSecret, depth + 1);
                }

                break;
            case JsonValue scalar when scalar.TryGetValue<string>(out var text):
                WalkText(text, isSecret, depth);
                break;
            case JsonValue scalar when isSecret:
                Add(scalar.ToJsonString());
                break;
        }
    }

    /// <summary>A text may be JSON with secrets in it: a configuration, a body.</summary>
    private void WalkText(string text, bool isSecret, int depth)
    {
        if (isSecret)
        {
            Add(text);
        }

        if (text.Length is > ShortestPart and < LongestJson && text[0] is '{' or '[')
        {
            try
            {
                Walk(JsonNode.Parse(text), isSecret, depth + 1);
            }
            catch (Exception e) when (e is JsonException or ArgumentException)
            {
                // Only a text that looks like it, or with a name twice.
            }
        }
    }

    public static bool IsKubernetesSecret(JsonObject o) => o["kind"] is JsonValue kind && kind.TryGetValue<string>(out var text) && text == "Secret";

    private void Add(string text)
    {
        var trimmed = text.Trim();
        if (trimmed.Length < ShortestPart)
        {
            if (trimmed.Length >= ShortestWhole)
            {
                wholes.Add(trimmed);
            }

            return;
        }

        if (parts.Add(trimmed))
        {
            parts.Add(Convert.ToBase64String(Encoding.UTF8.GetBytes(trimmed)));
            (ordered, search) = (null, null);
            if (trimmed.IndexOf(' ', StringComparison.Ordinal) is > 0 and < 10 and var space)
            {
                // "Bearer abc": what follows the scheme is the secret.
                Add(trimmed[(space + 1)..]);
            }
        }
    }

    [GeneratedRegex("""(?<![A-Za-z])((?:password|passwd|pwd|secret|token|authorization|connection[-_ ]?string|credentials?|private[-_ ]?key|api[-_ ]?key|account[-_ ]?key|access[-_ ]?key)\\?["']?\s{0,3}[=:]\s{0,3}\\?["']?)[^\s;,&"'<>{}]{3,}""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 250)]
    private static partial Regex Assigned();

    [GeneratedRegex(@"\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 250)]
    private static partial Regex Bearer();

    [GeneratedRegex(@"://[^\s/@:""']{1,200}:[^\s/@""']{1,400}@", RegexOptions.CultureInvariant, 250)]
    private static partial Regex UserInfo();

    [GeneratedRegex("""["']?kind["']?\s{0,5}:\s{0,5}["']?Secret\b""", RegexOptions.CultureInvariant, 250)]
    private static partial Regex SecretManifest();
}
