using System.Text.RegularExpressions;

namespace Kairship.Delivery.Tests.Applications;

/// <summary>
/// docs/application.md as data. A table below a heading with a path ("`spec.rollout`") has fields of that path; one below a heading that a form links to ("[affinity](#affinity)") has the fields of that form, wherever it
/// is used; any other has fields of the document itself.
/// </summary>
internal sealed partial record ReferenceDocument(IReadOnlyDictionary<string, string> Fields, IReadOnlyList<string> Examples)
{
    public static ReferenceDocument Parse(string markdown)
    {
        var rows = new List<Row>();
        var examples = new List<string>();
        List<string>? example = null;
        var heading = "";
        foreach (var line in markdown.Split('\n').Select(l => l.TrimEnd('\r')))
        {
            if (line.StartsWith("```", StringComparison.Ordinal))
            {
                examples.AddRange(example is null ? [] : [string.Join('\n', example)]);
                example = example is null ? [] : null;
            }
            else if (example is not null)
            {
                example.Add(line);
            }
            else if (line.StartsWith('#'))
            {
                heading = line.TrimStart('#').Trim();
            }
            else if (Field().Match(line) is { Success: true } field)
            {
                rows.Add(new Row(heading, field.Groups["name"].Value, FormLink().Match(field.Groups["form"].Value).Groups[1].Value, line));
            }
        }

        var fields = new Dictionary<string, string>();
        foreach (var section in rows.GroupBy(r => r.Heading).Where(g => !rows.Exists(r => r.Form == Anchor(g.Key))))
        {
            Add(section.Key.StartsWith('`') ? $"{section.Key.Trim('`')}." : "", section, rows, fields);
        }

        return new ReferenceDocument(fields, examples);
    }

    private static void Add(string prefix, IEnumerable<Row> section, List<Row> all, Dictionary<string, string> fields)
    {
        foreach (var row in section)
        {
            Name(prefix + row.Name, row.Text, fields);
            if (row.Form.Length > 0)
            {
                Add($"{prefix}{row.Name}.", all.Where(r => Anchor(r.Heading) == row.Form), all, fields);
            }
        }
    }

    /// <summary>Whoever has the name of a field has those of the objects that it is in.</summary>
    private static void Name(string path, string text, Dictionary<string, string> fields)
    {
        fields[Plain(path)] = text;
        for (var dot = path.LastIndexOf('.'); dot > 0; dot = path.LastIndexOf('.', dot - 1))
        {
            fields.TryAdd(Plain(path[..dot]), "");
        }
    }

    private static string Plain(string path) => path.EndsWith("[]", StringComparison.Ordinal) ? path[..^2] : path;

    private static string Anchor(string heading) => heading.ToLowerInvariant().Replace(' ', '-');

    [GeneratedRegex(@"^\| `(?<name>[^`]+)` \|(?<form>[^|]*)\|", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Field();

    [GeneratedRegex(@"\]\(#([a-z-]+)\)", RegexOptions.None, 1000)]
    private static partial Regex FormLink();

    private sealed record Row(string Heading, string Name, string Form, string Text);
}
