using System.Text.Json.Nodes;
using FluentAssertions;
using Kairship.Testing.Workflows;
using Kairship.Workflows.Definitions;
using Kairship.Workflows.Storage;
using Xunit;

namespace Kairship.Workflows.Tests.Runtime;

/// <summary>A workflow used as an activity.</summary>
public sealed class WorkflowActivityTests
{
    [Fact]
    public async Task Descriptor_OfAUsableWorkflow_IsNamedAndShapedByItsDefinition()
    {
        await using var engine = new WorkflowHarness();
        await engine.ImportAsync(Greet("Send a greeting", "'hello'"));
        await engine.ImportAsync(Def.Workflow("plain", Def.Sequence("root")));

        var descriptor = (await engine.Catalog.ListWorkflowActivitiesAsync(CancellationToken.None)).Should().ContainSingle().Subject;

        descriptor.Should().BeEquivalentTo(new { TypeName = "SendAGreeting", Category = "Mail", DisplayName = "Send a greeting", Version = 1 });
        descriptor.Inputs.Select(i => (i.Name, i.TypeName)).Should().Equal(("Who", "String"));
        descriptor.Outputs.Select(i => i.Name).Should().Equal("Text");
        descriptor.Ports.Select(p => p.Name).Should().Equal("Sent", "Refused", "Done");
        DescriptorJson.Write(descriptor)["constructionProperties"]!["WorkflowDefinitionId"]!.GetValue<string>().Should().Be("greet");
    }

    [Fact]
    public async Task Use_RunsAsAChild_WithInputsOutputsAndOutcomes()
    {
        await using var engine = new WorkflowHarness();
        await engine.ImportAsync(Greet("Greet", "'hello'"));

        var id = await engine.RunAsync(Consumer());

        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Finished);
        (await engine.SnapshotAsync(id)).Variables["got"]!.GetValue<string>().Should().Be("hello you");
        engine.Ledger.Distinct.Values.Should().Equal("sent=");
        (await engine.Store.ListInstancesAsync(new InstanceFilter(ParentInstanceId: id), new PageRequest(), CancellationToken.None)).Items.Should().ContainSingle(c => c.DefinitionId == "greet");
    }

    [Fact]
    public async Task Use_OfAWorkflowThatIsPublishedAnew_KeepsItsVersion_UntilItIsSavedAgain()
    {
        var store = new InMemoryWorkflowStore(TimeProvider.System);
        string first;
        await using (var engine = new WorkflowHarness(store))
        {
            await engine.ImportAsync(Greet("Greet", "'hello'"));
            await engine.ImportAsync(Consumer());
            await engine.ImportAsync(Greet("Renamed", "'good day'"));
            first = await engine.StartAsync("consumer");
        }

        // Another node, which has seen none of it.
        await using var other = new WorkflowHarness(store);
        await other.RunToRestAsync();
        (await other.SnapshotAsync(first)).Variables["got"]!.GetValue<string>().Should().Be("hello you");

        var published = (await other.Catalog.FindPublishedAsync("consumer", CancellationToken.None))!;
        (await other.Catalog.ImportAsync(published.Json, publish: true, CancellationToken.None)).Changed.Should().BeFalse("what it was saved with stays");
        var unpinned = published.Json.Replace("workflowDefinitionVersionId", "formerVersionId", StringComparison.Ordinal);
        (await other.Catalog.ImportAsync(unpinned, publish: true, CancellationToken.None)).Changed.Should().BeTrue();
        var second = await other.StartAsync("consumer");
        await other.RunToRestAsync();
        (await other.SnapshotAsync(second)).Variables["got"]!.GetValue<string>().Should().Be("good day you");
    }

    [Fact]
    public async Task Import_OfTheSameFileAgain_ChangesNothing()
    {
        await using var engine = new WorkflowHarness();
        await engine.ImportAsync(Greet("Greet", "'hello'"));
        await engine.ImportAsync(Consumer());

        (await engine.Catalog.ImportAsync(Consumer(), publish: true, CancellationToken.None)).Changed.Should().BeFalse();
    }

    [Theory]
    [InlineData("", "There is no activity type 'Greet'")]
    [InlineData("greet", "no such published version")]
    public async Task Use_OfAWorkflowThatIsNotThere_IsRefused(string definitionId, string expected)
    {
        await using var engine = new WorkflowHarness();
        var json = definitionId.Length == 0 ? Consumer() : Consumer().Replace("\"type\":\"Greet\"", $"\"type\":\"Greet\",\"workflowDefinitionId\":\"{definitionId}\"", StringComparison.Ordinal);

        var result = await engine.Catalog.ImportAsync(json, publish: true, CancellationToken.None);

        result.Problems.Should().Contain(p => p.ActivityId == "use" && p.Code == ProblemCode.UnknownType && p.Message.Contains(expected, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Use_WhoseChildIsCancelled_IsAnIncident()
    {
        await using var engine = new WorkflowHarness();
        await engine.ImportAsync(Usable(Def.Workflow("greet", Def.Sequence("root", Def.Event("wait", "never"))), "Greet"));
        var id = await engine.RunAsync(Def.Workflow("consumer", Def.Sequence("root", Def.Activity("Greet", "use"))));
        var child = (await engine.Store.ListInstancesAsync(new InstanceFilter(ParentInstanceId: id), new PageRequest(), CancellationToken.None)).Items.Single();

        await engine.Runtime.CancelAsync(child.Id, CancellationToken.None);
        await engine.RunToRestAsync();

        (await engine.SnapshotAsync(id)).Incidents.Should().ContainSingle(i => i.Type == "ChildCancelled");
    }

    [Fact]
    public async Task Crash_AtEveryCommit_DoesNotShow()
    {
        var run = await CrashEverywhere.RunAsync(time => Task.FromResult<IWorkflowStore>(new InMemoryWorkflowStore(time)), Consumer(), [], null, Greet("Greet", "'hello'"));

        run.Status.Should().Be(InstanceStatus.Finished);
        run.Variables.Should().Contain("hello you");
    }

    private static string Consumer() => Def.Workflow("consumer", Def.Flowchart("root",
        [Def.Activity("Greet", "use", ("who", Def.Literal("you")), ("text", Def.Output("got"))), Def.Effect("sent"), Def.Effect("refused")], "use.Sent -> sent", "use.Refused -> refused"),
        ("got", "String", null));

    private static string Greet(string name, string greeting) => Usable(
        Def.Workflow("greet", Def.Sequence("root",
            Def.Activity("Elsa.SetOutput", "out", ("outputName", Def.Literal("Text")), ("outputValue", Def.Js($"{greeting} + ' ' + getInput('Who')"))),
            Def.Activity("Elsa.Complete", "end", ("outcomes", Def.Input("Object", "[\"Sent\"]", "List<String>"))))), name);

    private static string Usable(string definition, string name)
    {
        var json = JsonNode.Parse(definition)!;
        json["name"] = name;
        json["inputs"] = new JsonArray(new JsonObject { ["type"] = "String", ["name"] = "Who" });
        json["outputs"] = new JsonArray(new JsonObject { ["type"] = "String", ["name"] = "Text" });
        json["outcomes"] = new JsonArray("Sent", "Refused");
        json["options"] = new JsonObject { ["usableAsActivity"] = true, ["activityCategory"] = "Mail" };
        return json.ToJsonString();
    }

    [Fact]
    public async Task Version_ThatAPublishedWorkflowUses_IsNotDeleted()
    {
        await using var engine = new WorkflowHarness();
        await engine.ImportAsync(Greet("Greet", "'hello'"));
        await engine.ImportAsync(Consumer());

        (await engine.Catalog.DeleteVersionAsync("greet", 1, CancellationToken.None)).Outcome.Should().Be(Kairship.Workflows.Runtime.DefinitionOutcome.InUse);
        (await engine.Catalog.DeleteAsync("greet", CancellationToken.None)).Outcome.Should().Be(Kairship.Workflows.Runtime.DefinitionOutcome.InUse);
    }
}
