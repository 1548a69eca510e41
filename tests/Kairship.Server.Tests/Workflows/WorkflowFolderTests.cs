using Kairship.Api;

namespace Kairship.Server.Tests.Workflows;

public sealed class WorkflowFolderTests(RunningServer server) : IClassFixture<RunningServer>
{
    [Fact]
    public async Task ChangedFile_IsANewVersion_WithoutARestart_AndABrokenOneLeavesTheOldInPlace()
    {
        var file = Path.Combine(server.Workflows, "changing.json");
        await File.WriteAllTextAsync(file, SampleWorkflows.Finishing.Replace("finishing", "changing", StringComparison.Ordinal));
        await VersionIsAsync("changing", 1);

        await File.WriteAllTextAsync(file, SampleWorkflows.Finishing.Replace("finishing", "changing", StringComparison.Ordinal).Replace("\"done\"", "\"done again\"", StringComparison.Ordinal));
        await VersionIsAsync("changing", 2);

        await File.WriteAllTextAsync(file, SampleWorkflows.Flowchart("changing", """{"id": "a", "type": "Elsa.Teleport"}"""));
        await Eventually.HoldsAsync(
            async () => (await server.Admin.ListWorkflowFilesAsync()).Items.Single(f => f.File == "changing.json").Problems.Any(p => p.Message.Contains("Teleport", StringComparison.Ordinal)),
            "the broken file is shown with what is wrong");
        (await server.Admin.ListWorkflowsAsync()).Items.Single(w => w.DefinitionId == "changing").Version.Should().Be(2);
        (await server.Admin.GetWorkflowAsync("changing")).Should().Contain("done again");
    }

    [Fact]
    public async Task PushedVersion_SurvivesARestart_ThoughTheFileIsOlder()
    {
        await using var own = new RunningServer();
        await own.InitializeAsync();
        var pushed = await own.Admin.PushWorkflowAsync(SampleWorkflows.Waiting.Replace("\"never\"", "\"not yet\"", StringComparison.Ordinal));
        pushed.Should().Match<Kairship.Api.Workflows.ImportedWorkflow>(i => i.Changed && i.Workflow.Version == 2);
        (await own.Admin.PushWorkflowAsync(SampleWorkflows.Waiting.Replace("\"never\"", "\"not yet\"", StringComparison.Ordinal))).Changed.Should().BeFalse("the same content is no version");

        await own.StopAsync();
        await own.StartAsync();

        (await own.Admin.GetWorkflowAsync("waiting")).Should().Contain("not yet");
    }

    [Fact]
    public async Task PushedProblem_NamesActivityAndProperty()
    {
        var refused = await server.Admin.Invoking(a => a.PushWorkflowAsync(SampleWorkflows.Flowchart("x", """{"id": "odd", "type": "Elsa.Teleport"}""")))
            .Should().ThrowAsync<KairshipApiException>();
        refused.Which.Status.Should().Be(422);
        refused.Which.Errors.Should().Contain(e => e.Path.Contains("odd", StringComparison.Ordinal));
    }

    private Task VersionIsAsync(string definition, int version) => Eventually.HoldsAsync(
        async () => (await server.Admin.ListWorkflowsAsync()).Items.Any(w => w.DefinitionId == definition && w.Version == version), $"{definition} is at version {version}");
}
