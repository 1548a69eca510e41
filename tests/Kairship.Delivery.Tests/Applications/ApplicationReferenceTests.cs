using Kairship.Delivery.Applications;
using Kairship.Testing;

namespace Kairship.Delivery.Tests.Applications;

/// <summary>docs/application.md says what the readers do: no field is missing there, none is made up, and its examples are taken.</summary>
public sealed class ApplicationReferenceTests
{
    private static readonly ReferenceDocument Document = ReferenceDocument.Parse(File.ReadAllText(SharedFiles.Own("docs", "application.md")));
    private static readonly IReadOnlyDictionary<string, IReadOnlyList<string>> Known = KnownFields.Find();

    [Fact]
    public void Find_TheReaders_TellTheirFieldsToTheDeepestOne() => Known.Keys.Should().Contain(
        [
            "metadata.name", "spec.rollout.steps[].pause.duration", "spec.failover.stateful.hook.url", "spec.overrides[].overriders.fieldOverrider[].yaml[].subPath",
            "spec.placement.replicaScheduling.weightPreference.staticWeightList[].targetCluster.fieldSelector.matchExpressions[].key",
        ]);

    [Fact]
    public void Fields_OfTheReaders_AreAllDocumented() => Known.Keys.Except(Document.Fields.Keys).Should().BeEmpty("docs/application.md has a row for every field that is read");

    [Fact]
    public void Fields_OfTheDocument_AreAllRead() => Document.Fields.Keys.Except(Known.Keys).Should().BeEmpty("docs/application.md names no field that is refused as unknown");

    [Fact]
    public void Choices_OfAField_AreInItsRow() =>
        Known.SelectMany(field => field.Value, (field, word) => (Path: field.Key, Word: word))
            .Where(choice => !Document.Fields.GetValueOrDefault(choice.Path, "").Contains($"`{choice.Word}`", StringComparison.OrdinalIgnoreCase))
            .Should().BeEmpty("docs/application.md names every word that a field takes");

    [Fact]
    public void Examples_ThatAreApplications_Parse()
    {
        var examples = Document.Examples.Where(e => e.Contains($"kind: {ApplicationYaml.Kind}", StringComparison.Ordinal)).ToList();

        var refused = examples.SelectMany(Problems).ToList();

        refused.Should().BeEmpty();
        var shown = string.Join('\n', examples);
        Known.Keys.Where(path => path.StartsWith("spec.", StringComparison.Ordinal) && path.Count(c => c == '.') == 1)
            .Where(path => !shown.Contains($"  {path[5..]}:", StringComparison.Ordinal) && !shown.Contains($"{{{path[5..]}:", StringComparison.Ordinal))
            .Should().BeEmpty("every section has an example");
    }

    private static IEnumerable<string> Problems(string example)
    {
        try
        {
            ApplicationYaml.Parse(example);
            return [];
        }
        catch (ApplicationYamlException e)
        {
            return e.Problems.Select(p => $"{p} in:\n{example}");
        }
    }
}
