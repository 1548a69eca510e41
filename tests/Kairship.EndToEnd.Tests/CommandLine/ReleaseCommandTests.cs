using System.Text.Json.Nodes;
using Kairship.EndToEnd.Tests.Processes;
using Kairship.EndToEnd.Tests.Shop;

namespace Kairship.EndToEnd.Tests.CommandLine;

/// <summary>Releases as people do them in a shell. Every test has an application of its own.</summary>
[Collection(CommandStageCollection.Name)]
public sealed class ReleaseCommandTests(CommandStage stage)
{
    [Fact]
    public async Task Application_FromApplyToHistory()
    {
        var file = stage.Folder.Write("story.yaml", ShopFiles.ApplicationYaml("story"));
        (await stage.Manager.RunAsync("apply", "-f", file)).Refuses(1, "deployer");
        (await stage.Developer.RunAsync("apply", "-f", file)).Ends(0).Out.Should().Contain("created");
        (await stage.Developer.RunWithInputAsync(ShopFiles.ApplicationYaml("story", approval: false), "apply", "-f", "-")).Refuses(1, "admin");
        (await stage.Admin.RunWithInputAsync(ShopFiles.ApplicationYaml("story"), "apply", "-f", "-")).Ends(0).Out.Should().Contain("unchanged");

        var v1 = stage.Manifests("v1");
        (await stage.Developer.RunAsync("plan", "story", "--source", v1)).Ends(0).Out.Should().Contain("+ Deployment/web").And.Contain("(wave core)");
        (await stage.Developer.RunAsync("status", "story")).Refuses(1, "never released");

        var waiting = stage.Lead.RunAsync("release", "story", "--source", v1, "--revision", "v1", "--wait");
        var approval = await PendingAsync("story");
        (await stage.Developer.RunAsync("status", "story-1")).Ends(0).Out.Should().ContainAll($"kairship approve {approval}", "is asked of release-manager");
        (await stage.Lead.RunAsync("approve", "story-1")).Refuses(1, "lead asked for this release");
        (await stage.Developer.RunAsync("approve", "story-1")).Refuses(1, "release-manager");
        (await stage.Manager.RunAsync("approve", "story-1", "--plan", "0000")).Refuses(1, "the plan is");
        (await stage.Manager.RunAsync("approve", "story-1", "--comment", "looked at it")).Ends(0).Out.Should().Contain("Approved").And.Contain("manager");
        (await waiting).Ends(0).Out.Should().Contain("Promoted").And.Contain("story-1 Succeeded");

        (await stage.Manager.RunAsync("approve", approval)).Refuses(1, "approved already");
        (await stage.Developer.RunAsync("plan", "story", "--revision", "v1")).Ends(0).Out.Should().Contain("= 4 unchanged");
        (await stage.Developer.RunAsync("history", "story")).Ends(0).Out.Should().Contain("story-1").And.Contain("Succeeded").And.Contain("lead");
        (await stage.Developer.RunAsync("status", "story")).Ends(0).Out.Should().Contain("gcp-iowa").And.Contain("Promoted").And.Contain("6/6");
        (await stage.Developer.RunAsync("status", "story-1", "--watch")).Ends(0).Out.Should().Contain("story-1 Succeeded");
        (await stage.Developer.RunAsync("releases")).Ends(0).Out.Should().Contain("story-1");
        (await stage.Manager.RunAsync("approvals")).Ends(0).Out.Should().NotContain("story-1");
        (await stage.Manager.RunAsync("approvals", "--all")).Ends(0).Out.Should().Contain("story-1");
        var status = (await stage.Developer.RunAsync("status", "story", "-o", "json")).Ends(0).Json;
        var instance = status["release"]!["instanceId"]!.ToString();
        (await stage.Developer.RunAsync("instances", "list", "--workflow", "canary")).Ends(0).Out.Should().Contain(instance);
        (await stage.Developer.RunAsync("instances", "show", instance)).Ends(0).Out.Should().Contain("Kairship.PlanRelease").And.Contain("Finished");
    }

    [Fact]
    public async Task Release_ThatNeverGetsReady_IsRolledBack_AndEndsWith3()
    {
        // Only what never gets ready has little time.
        await stage.DeployAsync("unready");
        (await stage.Admin.RunWithInputAsync(ShopFiles.ApplicationYaml("unready", "100ms", approval: false, "4s"), "apply", "-f", "-")).Ends(0).Out.Should().Contain("configured");

        var ended = await stage.Developer.RunAsync("release", "unready", "--source", stage.Manifests("v2", "registry.example/shop/web:unready-2"), "--wait");

        ended.Ends(3).Out.Should().Contain("RolledBack").And.Contain("Deployment/web-canary").And.Contain("aws-frankfurt");
        (await stage.Developer.RunAsync("plan", "unready", "--revision", "v1")).Ends(0).Out.Should().NotContain("~ ").And.Contain("= 4 unchanged");
    }

    [Fact]
    public async Task Release_ThatIsRejected_EndsWith4()
    {
        await stage.DeployAsync("rejected", approval: true);
        var waiting = stage.Developer.RunAsync("release", "rejected", "--source", stage.Manifests("v1"), "--wait", "-o", "json");
        var approval = await PendingAsync("rejected");

        (await stage.Manager.RunAsync("reject", approval, "--comment", "not on a Friday")).Ends(0).Out.Should().Contain("Rejected");

        var ended = (await waiting).Ends(4).Json;
        ended["release"]!["status"]!.ToString().Should().Be("Rejected");
        ended["release"]!["reason"]!.ToString().Should().Contain("manager").And.Contain("not on a Friday");
    }

    [Fact]
    public async Task Release_ThatIsPausedResumedAndAborted_EndsWith4_AndLeavesNothing()
    {
        await stage.DeployAsync("aborted", pause: "20s");
        var waiting = stage.Developer.RunAsync("release", "aborted", "--source", stage.Manifests("v2"), "--wait");
        await StatusAsync("aborted-2", s => s["clusters"]!.AsArray().Any(c => c!["phase"]!.ToString() == "Canary" && c["health"]!.ToString() == "Healthy"));
        (await stage.Developer.RunAsync("release", "aborted", "--revision", "v1")).Refuses(1, "aborted-2");
        (await stage.Developer.RunAsync("pause", "aborted-2", "--reason", "lunch")).Ends(0).Out.Should().Contain("Paused");
        (await stage.Developer.RunAsync("resume", "aborted-2")).Ends(0).Out.Should().Contain("Progressing");

        (await stage.Developer.RunAsync("abort", "aborted-2", "--reason", "errors in checkout", "--wait")).Ends(4).Out.Should().Contain("Aborted");

        (await waiting).Ends(4).Out.Should().Contain("errors in checkout");
        (await stage.Developer.RunAsync("plan", "aborted", "--revision", "v1")).Ends(0).Out.Should().Contain("= 4 unchanged").And.NotContain("- Deployment");
        (await stage.Developer.RunAsync("abort", "aborted-2")).Refuses(1, "over");
    }

    [Fact]
    public async Task Release_ThatSucceeded_IsRolledBackByAnother()
    {
        await stage.DeployAsync("back");
        (await stage.Developer.RunAsync("release", "back", "--image", "web=v2", "--wait")).Ends(0);

        (await stage.Developer.RunAsync("rollback", "back-2", "--reason", "slow", "--wait")).Ends(0).Out.Should().Contain("back-3 Succeeded");

        var application = (await stage.Developer.RunAsync("history", "back", "-o", "json")).Ends(0).Json["items"]!.AsArray();
        application.Select(r => $"{r!["id"]} {r["fromRevision"]} {r["revision"]} {r["workflow"]}").Should().Equal("back-3 r2 v1 rollback", "back-2 v1 r2 canary", "back-1  v1 canary");
        (await stage.Developer.RunAsync("plan", "back", "--revision", "v1")).Ends(0).Out.Should().Contain("= 4 unchanged");
    }

    [Fact]
    public async Task Plan_WithAProblem_EndsWith1_AndNamesTheObject()
    {
        await stage.DeployAsync("planned", approval: true);
        var file = stage.Folder.Write("problem.yaml", $$"""
            {{ShopFiles.Manifests("v1")}}
            ---
            apiVersion: example.org/v1
            kind: Gadget
            metadata: {name: unknown}
            """);

        (await stage.Developer.RunAsync("plan", "planned", "--source", file)).Ends(1).Out.Should().Contain("Gadget").And.Contain("aws-frankfurt");
        (await stage.Developer.RunAsync("plan", "planned", "--source", stage.Folder.Write("broken.yaml", "a: [b"))).Ends(1).Error.Should().StartWith("error: ");
        (await stage.Developer.RunAsync("history", "planned", "-o", "json")).Ends(0).Json["total"]!.GetValue<int>().Should().Be(0, "a plan starts nothing");
    }

    /// <summary>The id of the approval that an application waits for.</summary>
    private async Task<string> PendingAsync(string application)
    {
        string? id = null;
        await Patience.UntilAsync(
            async () => (id = (await stage.Manager.RunAsync("approvals", "-o", "json")).Ends(0).Json["items"]!.AsArray()
                .FirstOrDefault(a => a!["application"]!.ToString() == application)?["id"]!.ToString()) is not null,
            () => $"no approval is asked for {application}");
        return id!;
    }

    private async Task StatusAsync(string release, Func<JsonNode, bool> so)
    {
        CommandResult? last = null;
        await Patience.UntilAsync(
            async () => (last = await stage.Developer.RunAsync("status", release, "-o", "json")) is { Code: 0 } && so(last.Json), () => $"{release} does not come there: {last}");
    }
}
