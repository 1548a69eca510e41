using Kairship.EndToEnd.Tests.Shop;

namespace Kairship.EndToEnd.Tests.CommandLine;

/// <summary>placement explain and simulate, and policies of Karmada, as people use them in a shell.</summary>
[Collection(CommandStageCollection.Name)]
public sealed class PlacementCommandTests(CommandStage stage)
{
    [Fact]
    public async Task Explain_AndSimulate_TellOfEveryCluster_AndEndByWhetherItIsPlaced()
    {
        await stage.DeployAsync("placed");
        var file = stage.Folder.Write("placed-if.yaml", ShopFiles.ApplicationYaml("placed", approval: false));

        var explained = (await stage.Developer.RunAsync("placement", "explain", "placed")).Ends(0);
        explained.Out.Should().Contain("placed v1 placed in 3 cluster(s)").And.MatchRegex(@"aws-frankfurt +stays +api \d+, web 4 +\d+ +the placement's affinity selects it").And.NotContain("\u001b[");
        (await stage.Developer.RunAsync("placement", "explain", "placed", "-o", "json")).Ends(0).Json["clusters"]!.AsArray().Should().HaveCount(3);

        var without = (await stage.Developer.RunAsync("placement", "simulate", "-f", file, "--without", "gcp-iowa")).Ends(0);
        without.Out.Should().Contain("placed in 2 cluster(s)").And.MatchRegex("gcp-iowa +leaves");
        var none = (await stage.Developer.RunAsync("placement", "simulate", "-f", file, "--without", "gcp-iowa", "--without", "aws-frankfurt", "--without", "onprem-berlin")).Ends(2);
        none.Out.Should().Contain("cannot be placed").And.Contain("there is no cluster");
        (await stage.Developer.RunAsync("placement", "simulate", "-f", file, "--without", "nowhere")).Refuses(1, "nowhere", "gcp-iowa");
        (await stage.Developer.RunAsync("placement", "explain", "nothing-of-that-name")).Refuses(1, "nothing-of-that-name");
        (await stage.Developer.RunAsync("placement", "simulate", "--help")).Ends(0).Out.Should().Contain("Examples:").And.Contain("--without east");
    }

    [Fact]
    public async Task Apply_OfKarmadasPolicies_GoesIntoTheApplication_AndShowsInThePlan()
    {
        await stage.DeployAsync("from-karmada");
        var policies = stage.Folder.Write("policies.yaml", """
            apiVersion: policy.karmada.io/v1alpha1
            kind: ClusterPropagationPolicy
            metadata: {name: spread}
            spec:
              priority: 3
              resourceSelectors: [{apiVersion: apps/v1, kind: Deployment, name: web}]
              placement:
                clusterAffinity: {exclude: [onprem-berlin]}
            ---
            apiVersion: policy.karmada.io/v1alpha1
            kind: ClusterOverridePolicy
            metadata: {name: quiet}
            spec:
              resourceSelectors: [{apiVersion: apps/v1, kind: Deployment, name: web}]
              overrideRules:
              - targetCluster: {clusterNames: [gcp-iowa]}
                overriders: {annotationsOverrider: [{operator: add, value: {quiet: "yes"}}]}
            """);

        var applied = (await stage.Admin.RunAsync("apply", "-f", policies, "--application", "from-karmada")).Ends(0);
        applied.Out.Should().Contain("configured");
        applied.Error.Should().Contain("note: spread: priority has no effect here");

        var plan = (await stage.Developer.RunAsync("plan", "from-karmada")).Ends(0).Out;
        plan.Should().Contain("* Deployment/web (override quiet, annotationsOverrider)").And.Contain("""quiet: (none) → "yes" """.TrimEnd())
            .And.Contain("onprem-berlin (wave leaving)").And.Contain("- Deployment/web");
        (await stage.Developer.RunAsync("release", "from-karmada", "--source", stage.Manifests("v1"), "--wait")).Ends(0);
        (await stage.Developer.RunAsync("placement", "explain", "from-karmada")).Ends(0).Out.Should().Contain("placed in 2 cluster(s)").And.MatchRegex("onprem-berlin +no +- +- +it is excluded by name");
    }
}
