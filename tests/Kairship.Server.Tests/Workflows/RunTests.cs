using System.Text.Json;
using Kairship.Api;
using Kairship.Api.Workflows;

namespace Kairship.Server.Tests.Workflows;

public sealed class RunTests(RunningServer server) : IClassFixture<RunningServer>
{
    private const string Definition = """
        {"definitionId": "counted", "name": "counted", "inputs": [{"type": "Int32", "name": "n"}],
         "root": {"id": "root", "type": "Elsa.WriteLine", "version": 1, "text": {"typeName": "String", "expression": {"type": "Liquid", "value": "{{ Input.n | plus: 1 }}"}}}}
        """;

    [Fact]
    public async Task Run_OfAPublishedWorkflow_StartsOneInstanceForEachKey()
    {
        await server.Admin.PushWorkflowAsync(Definition);
        var request = new RunWorkflowRequest(JsonSerializer.SerializeToElement(new { n = 41 }), "about-1");

        var first = await server.Admin.RunWorkflowAsync("counted", request, "key-1");
        var again = await server.Admin.RunWorkflowAsync("counted", request, "key-1");
        var other = await server.Admin.RunWorkflowAsync("counted", request);

        again.Id.Should().Be(first.Id).And.NotBe(other.Id);
        await Eventually.HoldsAsync(async () => (await server.Admin.GetInstanceAsync(first.Id)).Instance.Status == "Finished", "it runs to its end");
        var detail = await server.Admin.GetInstanceAsync(first.Id);
        detail.Instance.CorrelationId.Should().Be("about-1");
        detail.Journal.Items.Should().Contain(l => l.ActivityId == "root" && l.Message == "42");
    }

    [Theory]
    [InlineData("nobody", "{}", 404)]
    [InlineData("counted", "{\"n\": \"many\"}", 400)]
    [InlineData("counted", "[]", 400)]
    public async Task Run_OfWhatCannotRun_IsRefusedWithAReason(string workflow, string input, int status)
    {
        await server.Admin.PushWorkflowAsync(Definition);

        var run = () => server.Admin.RunWorkflowAsync(workflow, new RunWorkflowRequest(JsonSerializer.Deserialize<JsonElement>(input)));

        (await run.Should().ThrowAsync<KairshipApiException>()).Which.Status.Should().Be(status);
    }
}
