namespace Kairship.EndToEnd.Tests.CommandLine;

/// <summary>scale and scale status, as people use them in a shell.</summary>
[Collection(CommandStageCollection.Name)]
public sealed class ScaleCommandTests(CommandStage stage)
{
    [Fact]
    public async Task Scale_IsARelease_WithinTheLimits_AndStatusTellsWhy()
    {
        var file = stage.Folder.Write("scaled.yaml", """
            apiVersion: kairship.io/v1
            kind: Application
            metadata: {name: scaled}
            spec:
              namespace: scaled
              placement:
                replicaScheduling: {replicaSchedulingType: Divided, replicaDivisionPreference: Weighted}
              rollout: {workflow: deploy}
              scaling: {workloads: [Deployment/web], min: 2, max: 12, cron: [{name: new-year, schedule: "0 0 1 1 *", timeZone: Europe/Berlin, targetMin: 2}]}
            """);
        (await stage.Admin.RunAsync("apply", "-f", file)).Ends(0);
        (await stage.Developer.RunAsync("release", "scaled", "--source", stage.Manifests("v1"), "--wait")).Ends(0);

        (await stage.Developer.RunAsync("scale", "scaled", "--replicas", "9", "-o", "json")).Ends(0).Json["kind"]!.ToString().Should().Be("Scale");
        (await stage.Developer.RunAsync("status", "scaled", "--watch")).Ends(0);
        var status = (await stage.Developer.RunAsync("scale", "status", "scaled")).Ends(0).Out;
        status.Should().Contain("2 to 12 allowed by the rule new-year").And.Contain("The rules may change something at");
        (await stage.Developer.RunAsync("scale", "status", "scaled", "-o", "json")).Ends(0).Json["max"]!.ToString().Should().Be("12");

        (await stage.Developer.RunAsync("scale", "scaled", "--replicas", "13")).Refuses(1, "13 replicas are not between 2 and 12");
        (await stage.Developer.RunAsync("scale", "scaled")).Ends(2);
        (await stage.Developer.RunAsync("scale", "status", "nothing-of-that-name")).Refuses(1, "nothing-of-that-name");
        (await stage.Developer.RunAsync("scale", "--help")).Ends(0).Out.Should().Contain("Examples:");
    }
}
