using System.Text.Json.Nodes;
using Kairship.EndToEnd.Tests.Shop;
using Kairship.Testing;
using YamlDotNet.Serialization;

namespace Kairship.EndToEnd.Tests.CommandLine;

/// <summary>Clusters, workflows and formats of output.</summary>
[Collection(CommandStageCollection.Name)]
public sealed class OperationCommandTests(CommandStage stage)
{
    [Fact]
    public async Task Clusters_AreListedShownAndRemoved()
    {
        (await stage.Developer.RunAsync("cluster", "list")).Ends(0).Out.Should().ContainAll("aws-frankfurt", "gcp-iowa", "onprem-berlin", "provider=sim,tier=edge", "v1.34.0");
        (await stage.Developer.RunAsync("cluster", "show", "gcp-iowa")).Ends(0).Out.Should().Contain("tier=core");
        (await stage.Developer.RunAsync("cluster", "show", "nowhere")).Refuses(1, "nowhere");
        (await stage.Developer.RunAsync("cluster", "join", "second", "--kubeconfig", stage.Kubeconfig("gcp-iowa"))).Refuses(1, "admin");
        (await stage.Admin.RunAsync("cluster", "join", "gcp-iowa", "--kubeconfig", stage.Kubeconfig("gcp-iowa"))).Ends(0).Out.Should().Contain("tier=core", "new credentials move it nowhere");
        (await stage.Admin.RunAsync("cluster", "join", "gcp-iowa", "--kubeconfig", stage.Kubeconfig("aws-frankfurt"))).Refuses(1, "has joined as aws-frankfurt already");
        (await stage.Admin.RunAsync("cluster", "join", "Not_A_Label", "--kubeconfig", stage.Kubeconfig("gcp-iowa"))).Ends(1).Error.Should().StartWith("error: ");

        (await stage.Admin.RunAsync("cluster", "join", "second", "--kubeconfig", stage.Kubeconfig(CommandStage.Spare), "--label", "tier=spare")).Ends(0).Out.Should().Contain("tier=spare");
        (await stage.Admin.RunAsync("cluster", "remove", "second")).Ends(0).Out.Should().Contain("removed");
        (await stage.Admin.RunAsync("cluster", "remove", "second")).Refuses(1, "second");
    }

    [Fact]
    public async Task Clusters_SayHowTheyAre_AndWhatTheyGrant()
    {
        (await stage.Developer.RunAsync("clusters", "list", "-o", "wide")).Ends(0).Out.Should().ContainAll("READY", "CPU FREE", "LATENCY P50/P95", "gcp-iowa", "3/3");
        (await stage.Developer.RunAsync("cluster", "get", "gcp-iowa")).Ends(0).Out.Should().ContainAll("CONDITION", "Ready", "Authorized", "Allocatable", "Available");
        (await stage.Developer.RunAsync("cluster", "rbac")).Ends(0).Out.Should().Be(await File.ReadAllTextAsync(SharedFiles.Own("deploy", "rbac", "member-cluster.yaml")));
        (await stage.Admin.RunAsync("cluster", "join", "me", "--in-cluster", "--kubeconfig", stage.Kubeconfig("gcp-iowa"))).Refuses(2, "--in-cluster");
        (await stage.Admin.RunAsync("cluster", "join", "me", "--in-cluster")).Ends(1).Error.Should().StartWith("error: ").And.Contain("does not run in a pod");
    }

    [Fact]
    public async Task Cluster_IsTaintedAndCordoned_AsKubectlWritesIt()
    {
        (await stage.Developer.RunAsync("cluster", "taint", "gcp-iowa", "disks:NoSchedule")).Refuses(1, "admin");
        (await stage.Admin.RunAsync("cluster", "taint", "gcp-iowa", "disks")).Refuses(2, "key=value:Effect");
        (await stage.Admin.RunAsync("cluster", "taint", "gcp-iowa", "kairship.io/unreachable:NoExecute")).Refuses(1, "condition");
        (await stage.Admin.RunAsync("cluster", "taint", "nowhere", "disks:NoSchedule")).Refuses(1, "nowhere");

        (await stage.Admin.RunAsync("cluster", "taint", "gcp-iowa", "disks=old:PreferNoSchedule", "disks=old:NoSchedule")).Ends(0).Out.Should().ContainAll("disks=old:PreferNoSchedule", "disks=old:NoSchedule");
        (await stage.Admin.RunAsync("cluster", "cordon", "gcp-iowa")).Ends(0).Out.Should().Contain("kairship.io/cordoned:NoSchedule");
        (await stage.Developer.RunAsync("cluster", "list")).Ends(0).Out.Should().ContainAll("TAINTS", "kairship.io/cordoned:NoSchedule");
        (await stage.Developer.RunAsync("cluster", "show", "gcp-iowa")).Ends(0).Out.Should().Contain("disks=old:NoSchedule");
        (await stage.Admin.RunAsync("cluster", "uncordon", "gcp-iowa")).Ends(0).Out.Should().NotContain("cordoned").And.Contain("disks");
        (await stage.Admin.RunAsync("cluster", "taint", "gcp-iowa", "disks:PreferNoSchedule-", "disks-")).Ends(0).Out.Should().NotContain("disks");
    }

    [Fact]
    public async Task Cluster_WhoseCertificateIsNotTrusted_IsRefused()
    {
        var file = stage.Folder.Write("untrusted.kubeconfig", await MixAsync("gcp-iowa", "aws-frankfurt"));

        (await stage.Admin.RunAsync("cluster", "join", "untrusted", "--kubeconfig", file)).Refuses(1, "certificate");

        (await stage.Admin.RunAsync("cluster", "list")).Out.Should().NotContain("untrusted");
    }

    [Fact]
    public async Task Workflows_AreListedShownAndPushed()
    {
        (await stage.Developer.RunAsync("workflows", "list")).Ends(0).Out.Should().ContainAll("canary", "deploy", "rollback");
        var canary = (await stage.Developer.RunAsync("workflows", "show", "canary")).Ends(0);
        (await stage.Admin.RunWithInputAsync(canary.Out, "workflows", "push", "-")).Ends(0).Out.Should().Contain("unchanged");

        var mine = canary.Json;
        mine["definitionId"] = "my-canary";
        mine["name"] = "My canary";
        (await stage.Admin.RunAsync("workflows", "push", stage.Folder.Write("mine.json", mine.ToJsonString()))).Ends(0).Out.Should().Contain("my-canary").And.Contain("new version");
        (await stage.Developer.RunAsync("workflows", "show", "my-canary", "--version", "1")).Ends(0).Json["name"]!.ToString().Should().Be("My canary");
        (await stage.Developer.RunAsync("workflows", "show", "my-canary", "--version", "2")).Refuses(1, "my-canary");

        mine["root"]!["connections"]!.AsArray()[0]!["target"]!["activity"] = "nowhere";
        (await stage.Admin.RunAsync("workflows", "push", stage.Folder.Write("dangling.json", mine.ToJsonString()))).Ends(1).Error.Should().StartWith("error: ").And.Contain("nowhere");
        (await stage.Developer.RunWithInputAsync(canary.Out, "workflows", "push", "-")).Refuses(1, "admin");
        (await stage.Admin.RunAsync("workflows", "import", stage.Folder.Write("none.json", "[]"))).Refuses(2, "no definitions");
        (await stage.Developer.RunAsync("workflows", "list", "-o", "json")).Ends(0).Json["items"]!.AsArray()
            .Single(w => w!["definitionId"]!.ToString() == "my-canary")!["version"]!.GetValue<int>().Should().Be(1);
    }

    [Fact]
    public async Task Output_AsJsonAndYaml_ParsesAndSaysTheSame()
    {
        await stage.DeployAsync("formats");
        string[][] commands =
        [
            ["cluster", "list"], ["cluster", "show", "gcp-iowa"], ["releases"], ["history", "formats"], ["status", "formats"], ["approvals", "--all"],
            ["workflows", "list"], ["instances", "list"], ["plan", "formats", "--revision", "v1"],
        ];
        foreach (var command in commands)
        {
            var json = (await stage.Developer.RunAsync([.. command, "-o", "json"])).Ends(0).Json;
            var yaml = new DeserializerBuilder().Build().Deserialize<Dictionary<string, object>>((await stage.Developer.RunAsync([.. command, "-o", "yaml"])).Ends(0).Out);
            yaml.Keys.Should().Equal(json.AsObject().Select(p => p.Key), "'{0}' says the same in both", string.Join(' ', command));
        }
    }

    [Fact]
    public async Task Instance_ThatIsUnknown_IsRefused()
    {
        (await stage.Admin.RunAsync("instances", "show", "none")).Refuses(1, "none");
        (await stage.Admin.RunAsync("instances", "cancel", "none")).Refuses(1, "none");
        (await stage.Admin.RunAsync("instances", "list", "--status", "Happy")).Ends(1).Error.Should().StartWith("error: ").And.Contain("Finished");
    }

    [Fact]
    public async Task Kubectl_WorksWithTheSimulatedClusters()
    {
        using var kubectl = Kubectl.Require(stage.Kubeconfig("onprem-berlin"));
        (await kubectl.RunAsync("get nodes")).Should().Contain("onprem-berlin-0").And.Contain("Ready");
        (await kubectl.RunAsync("create namespace by-hand")).Should().Contain("created");
        (await kubectl.RunAsync("apply -n by-hand -f -", ShopFiles.Manifests("v1"))).Should().Contain("deployment.apps/web created");
        (await kubectl.RunAsync("rollout status -n by-hand deployment/web --timeout 30s")).Should().Contain("successfully rolled out");
        (await kubectl.RunAsync("apply -n by-hand -f -", ShopFiles.Manifests("v2"))).Should().Contain("deployment.apps/web configured").And.Contain("service/web unchanged");
        (await kubectl.RunAsync("rollout status -n by-hand deployment/web --timeout 30s")).Should().Contain("successfully rolled out");
        var pods = JsonNode.Parse(await kubectl.RunAsync("get pods -n by-hand -l app=web -o json"))!["items"]!.AsArray();
        pods.Where(p => p!["metadata"]!["deletionTimestamp"] is null).Select(p => p!["spec"]!["containers"]![0]!["image"]!.ToString()).Should().Equal(Enumerable.Repeat("registry.example/shop/web:v2", 4));
    }

    /// <summary>One cluster's kubeconfig with another's CA in it.</summary>
    private async Task<string> MixAsync(string cluster, string authority)
    {
        static string Authority(string kubeconfig) => kubeconfig.Split('\n').Single(l => l.Contains("certificate-authority-data", StringComparison.Ordinal)).Trim();
        var (own, other) = (await File.ReadAllTextAsync(stage.Kubeconfig(cluster)), await File.ReadAllTextAsync(stage.Kubeconfig(authority)));
        return own.Replace(Authority(own), Authority(other), StringComparison.Ordinal);
    }
}
