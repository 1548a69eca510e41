using System.Text.Json.Nodes;
using Kairship.Workflows.Runtime;
using Microsoft.Extensions.DependencyInjection;

namespace Kairship.Server.Tests.Elsa.Definitions.Layout;

public sealed class ServedLayoutTests(RunningServer server) : IClassFixture<RunningServer>
{
    private const string Undrawn = """
        {"definitionId": "undrawn", "name": "undrawn", "root": {"type": "Elsa.Flowchart", "version": 1, "id": "flow", "activities": [
          {"type": "Elsa.WriteLine", "version": 1, "id": "a"}, {"type": "Elsa.WriteLine", "version": 1, "id": "b"}],
         "connections": [{"source": {"activity": "a", "port": "Done"}, "target": {"activity": "b", "port": "In"}}]}}
        """;

    [Fact]
    public async Task Definition_WithoutPlaces_IsShownWithThem_AndStoredWithout()
    {
        var catalog = server.Services.GetRequiredService<DefinitionCatalog>();
        var saved = await catalog.SaveDraftAsync(new SaveDraft { Json = Undrawn, Publish = false, Expected = SaveDraft.Anything }, TestContext.Current.CancellationToken);
        using var http = server.Http(server.AdminToken);

        var shown = JsonNode.Parse(await http.GetStringAsync("/elsa/api/workflow-definitions/by-definition-id/undrawn?versionOptions=Latest", TestContext.Current.CancellationToken))!;

        shown["root"]!["activities"]!.AsArray().Select(a => a!["metadata"]!["designer"]!["position"]!["x"]!.GetValue<double>()).Should().OnlyHaveUniqueItems();
        saved.Definition!.Json.Should().NotContain("position");
        (await http.GetStringAsync("/elsa/api/workflow-definitions/undrawn/export?versionOptions=Latest", TestContext.Current.CancellationToken)).Should().NotContain("position");
    }
}
