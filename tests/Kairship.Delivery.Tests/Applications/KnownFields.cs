using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Kairship.Delivery.Applications;

namespace Kairship.Delivery.Tests.Applications;

/// <summary>
/// The fields that the readers know, found out by asking them: an object with a field that nobody knows is refused with the names that are known there, a text that is no choice with the choices. So a new field is found
/// here as soon as it is read, without a list that would have to be kept.
/// </summary>
internal static partial class KnownFields
{
    private const string Nobody = "zzz";

    /// <summary>Path ("spec.rollout.waves[].name") to the words that the field takes; none where it takes other things.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> Find()
    {
        var found = new Dictionary<string, IReadOnlyList<string>>();
        Below([], found);
        return found;
    }

    private static void Below(IReadOnlyList<string> path, Dictionary<string, IReadOnlyList<string>> found)
    {
        foreach (var name in Names(path, Probe(path, new JsonObject { [Nobody] = 0 })))
        {
            IReadOnlyList<string> here = [.. path, name];
            found[string.Join('.', here)] = Words(here);
            Below(here, found);
            Below([.. path, $"{name}[]"], found);
        }
    }

    private static IEnumerable<string> Names(IReadOnlyList<string> path, IReadOnlyList<ApplicationProblem> problems)
    {
        var unknown = problems.FirstOrDefault(p => p.Path == string.Join('.', path.Append(Nobody)).Replace("[]", "[0]", StringComparison.Ordinal));
        return unknown is null ? [] : Known().Match(unknown.Message).Groups[1].Value.Split(", ", StringSplitOptions.RemoveEmptyEntries);
    }

    private static string[] Words(IReadOnlyList<string> path) =>
        [.. Probe(path, Nobody).Where(p => p.Path == string.Join('.', path).Replace("[]", "[0]", StringComparison.Ordinal))
            .SelectMany(p => Choices().Match(p.Message).Groups[1].Value.Split(", ", StringSplitOptions.RemoveEmptyEntries))];

    private static IReadOnlyList<ApplicationProblem> Probe(IReadOnlyList<string> path, JsonNode value)
    {
        var node = value;
        foreach (var name in path.Reverse())
        {
            node = new JsonObject { [name.Replace("[]", "", StringComparison.Ordinal)] = name.EndsWith("[]", StringComparison.Ordinal) ? new JsonArray(node) : node };
        }

        try
        {
            ApplicationYaml.Parse(node.ToJsonString());
            return [];
        }
        catch (ApplicationYamlException e)
        {
            return e.Problems;
        }
    }

    [GeneratedRegex(@"Known here: (.+)\.$", RegexOptions.None, 1000)]
    private static partial Regex Known();

    [GeneratedRegex(@" is not one of (.+)\.$", RegexOptions.None, 1000)]
    private static partial Regex Choices();
}
