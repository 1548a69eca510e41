using Kairship.Api;
using Kairship.Api.Access;
using Kairship.Api.Workflows;

namespace Kairship.Server.Tests.Workflows;

public sealed class DefinitionProblemTests(RunningServer server) : IClassFixture<RunningServer>
{
    private const string Wrong = """{"id": "say", "name": "Say it", "type": "Elsa.WriteLine", "text": {"typeName": "String", "expression": {"type": "Variable", "value": "Nobody"}}}""";

    [Fact]
    public async Task Problems_AreThoseOfPublishing_EachAtItsActivity()
    {
        await server.Admin.SaveDraftAsync("placed", SampleWorkflows.Flowchart(
            "placed", $$$"""{"id": "each", "type": "Elsa.While", "body": {"id": "steps", "type": "Elsa.Sequence", "activities": [{{{Wrong}}}]}}, {"id": "odd", "type": "Elsa.Teleport"}"""));

        var told = await server.Admin.ListWorkflowProblemsAsync("placed");

        told.Should().BeEquivalentTo(new { DefinitionId = "placed", Version = 1, Valid = false });
        var say = told.Items.Should().ContainSingle(p => p.ActivityId == "say").Subject;
        say.Should().BeEquivalentTo(new { Severity = "error", Label = "Say it", Property = "text", Within = new[] { "steps", "each", "flow" } });
        say.Message.Should().Contain("Nobody");
        told.Items.Should().Contain(p => p.ActivityId == "odd" && p.Property == "type" && p.Label == "Elsa.Teleport");
        var refused = await RefusedAsync(() => server.Admin.PublishWorkflowAsync("placed"));
        refused.Errors.Select(e => e.Message).Should().BeEquivalentTo(told.Items.Where(p => p.Severity == "error").Select(p => p.Message), "it is what publishing says");
    }

    [Fact]
    public async Task Problems_FollowWhatIsSaved_AndAreThereForEachVersion()
    {
        await server.Admin.SaveDraftAsync("mended", SampleWorkflows.Flowchart("mended", Wrong));
        (await server.Admin.ListWorkflowProblemsAsync("mended")).Valid.Should().BeFalse();
        await server.Admin.SaveDraftAsync("mended", SampleWorkflows.Flowchart("mended", Wrong.Replace("Variable", "Literal", StringComparison.Ordinal)), "*");
        (await server.Admin.ListWorkflowProblemsAsync("mended")).Should().BeEquivalentTo(new { Valid = true, Version = 1, Items = Array.Empty<PlacedProblem>() });

        await server.Admin.PublishWorkflowAsync("mended");
        await server.Admin.SaveDraftAsync("mended", SampleWorkflows.Flowchart("mended", Wrong), "*");
        (await server.Admin.ListWorkflowProblemsAsync("mended")).Should().BeEquivalentTo(new { Valid = false, Version = 2 });
        (await server.Admin.ListWorkflowProblemsAsync("mended", 1)).Should().BeEquivalentTo(new { Valid = true, Version = 1 });
    }

    [Fact]
    public async Task Problems_AreBounded()
    {
        var many = string.Join(", ", Enumerable.Range(1, 210).Select(i => $$"""{"id": "odd-{{i}}", "type": "Elsa.Teleport"}"""));
        await server.Admin.SaveDraftAsync("many-wrong", SampleWorkflows.Flowchart("many-wrong", many));
        var told = await server.Admin.ListWorkflowProblemsAsync("many-wrong");
        told.Items.Should().HaveCount(200).And.OnlyContain(p => p.Severity == "error", "errors come first");
    }

    [Fact]
    public async Task Problems_AreToldToWhoMayRead_AndOfWhatIsThere()
    {
        var viewer = await server.Admin.CreateKeyAsync(new CreateKeyRequest("looks-at-problems", ["viewer"]));
        using var reader = KairshipClient.Connect(server.Address, viewer.Token);
        (await reader.ListWorkflowProblemsAsync("finishing")).Valid.Should().BeTrue();
        (await RefusedAsync(() => reader.ListWorkflowProblemsAsync("nowhere"))).Status.Should().Be(404);
        (await RefusedAsync(() => reader.ListWorkflowProblemsAsync("finishing", 7))).Message.Should().Contain("version 7");
        using var stranger = new HttpClient();
        (await stranger.GetAsync(new Uri(server.Address, "api/v1/workflows/finishing/problems"))).StatusCode.Should().Be(System.Net.HttpStatusCode.Unauthorized);
    }

    private static async Task<KairshipApiException> RefusedAsync(Func<Task> call) => (await call.Should().ThrowAsync<KairshipApiException>()).Which;
}
