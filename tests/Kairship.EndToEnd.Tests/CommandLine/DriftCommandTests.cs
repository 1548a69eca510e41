using Kairship.EndToEnd.Tests.Shop;

namespace Kairship.EndToEnd.Tests.CommandLine;

/// <summary>plan, diff and drift as people use them in a shell, with somebody else's kubectl in between.</summary>
[Collection(CommandStageCollection.Name)]
public sealed class DriftCommandTests(CommandStage stage)
{
    [Fact]
    public async Task Diff_EndsLikeKubectls_AndShowsEachField_ButNoSecret()
    {
        const string Secret = "\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: keys}\nstringData: {password: open-sesame}\n";
        var file = stage.Folder.Write("differ.yaml", ShopFiles.ApplicationYaml("differ", approval: false));
        (await stage.Admin.RunAsync("apply", "-f", file)).Ends(0);
        var v1 = stage.Folder.Write("differ-v1.yaml", ShopFiles.Manifests("v1") + Secret);

        var first = (await stage.Developer.RunAsync("diff", "differ", "--source", v1)).Ends(1);
        first.Out.Should().Contain("# aws-frankfurt: differ (nothing) →").And.Contain("+ Namespace/differ").And.Contain("+ Deployment/differ/web")
            .And.Contain("+   .spec.replicas: 4").And.Contain("+   .stringData.password: (secret)").And.NotContain("open-sesame").And.NotContain("\u001b[");
        (await stage.Developer.RunAsync("release", "differ", "--source", v1, "--revision", "v1", "--wait")).Ends(0);
        (await stage.Developer.RunAsync("diff", "differ")).Ends(0).Out.Should().BeEmpty();
        (await stage.Developer.RunAsync("diff", "differ", "--source", v1)).Ends(0);

        var v2 = stage.Folder.Write("differ-v2.yaml", ShopFiles.Manifests("v2") + Secret.Replace("open-sesame", "close-sesame", StringComparison.Ordinal));
        var second = (await stage.Developer.RunAsync("diff", "differ", "--source", v2, "--cluster", "gcp-iowa")).Ends(1);
        second.Out.Should().Contain("# gcp-iowa: differ v1 →").And.NotContain("aws-frankfurt").And.NotContain("sesame")
            .And.Contain("-   .spec.template.spec.containers[name=web].image: \"registry.example/shop/web:v1\"")
            .And.Contain("+   .spec.template.spec.containers[name=web].image: \"registry.example/shop/web:v2\"").And.Contain("+   .data.password: (secret, changed)");
        var json = (await stage.Developer.RunAsync("diff", "differ", "--source", v2, "-o", "json")).Ends(1).Json;
        json["clusters"]!.AsArray().Should().HaveCount(3);
        json.ToJsonString().Should().NotContain("sesame");
        (await stage.Developer.RunAsync("plan", "differ", "--source", v2, "-o", "json")).Ends(0).Json["digest"]!.ToString().Should().Be(json["digest"]!.ToString(), "how much is listed changes nothing");

        (await stage.Developer.RunAsync("diff", "differ", "--source", v2, "--cluster", "nowhere")).Refuses(2, "nowhere", "gcp-iowa");
        (await stage.Developer.RunAsync("diff", "nothing-of-that-name")).Refuses(2, "nothing-of-that-name");
        (await stage.As("wrong").RunAsync("diff", "differ")).Refuses(2, "key");
    }

    [Fact]
    public async Task Drift_IsShown_AndPutBack()
    {
        await stage.DeployAsync("drifter");
        using var kubectl = Kubectl.Require(stage.Kubeconfig("gcp-iowa"));
        (await stage.Developer.RunAsync("drift", "drifter", "--last")).Refuses(2, "not compared");
        (await stage.Developer.RunAsync("drift", "drifter")).Ends(0).Out.Should().Contain("aws-frankfurt InSync as released");

        await kubectl.RunAsync("-n drifter set image deployment/web web=registry.example/shop/web:hacked");
        await kubectl.RunAsync("-n drifter delete configmap shop");
        var found = (await stage.Developer.RunAsync("drift", "drifter")).Ends(1);
        found.Out.Should().Contain("gcp-iowa Drifted 1 changed, 1 missing").And.Contain("+ ConfigMap/drifter/shop").And.Contain("~ Deployment/drifter/web (Changed, by kubectl")
            .And.Contain("image: \"registry.example/shop/web:hacked\", released \"registry.example/shop/web:v1\"");
        (await stage.Developer.RunAsync("drift", "drifter", "--last", "-o", "json")).Ends(1).Json["clusters"]!.AsArray().Should().HaveCount(3);
        (await stage.Developer.RunAsync("drift", "drifter", "--last", "--cluster", "aws-frankfurt")).Ends(0);

        (await stage.Developer.RunAsync("drift", "drifter", "--heal")).Ends(0).Out.Should().Contain("put back: gcp-iowa: Deployment/drifter/web").And.Contain("gcp-iowa InSync");
        (await kubectl.RunAsync("-n drifter get deployment web -o jsonpath={.spec.template.spec.containers[0].image}")).Should().Be("registry.example/shop/web:v1");
        (await kubectl.RunAsync("-n drifter get configmap shop -o name")).Should().Contain("configmap/shop");

        await kubectl.RunAsync("-n drifter scale deployment/web --replicas=6");
        (await stage.Developer.RunAsync("drift", "drifter", "--heal")).Ends(0).Out.Should().NotContain("put back");
        (await stage.Manager.RunAsync("drift", "drifter")).Refuses(2, "deployer");
        (await stage.Developer.RunAsync("drift", "drifter", "--heal", "--last")).Refuses(2, "exclude");
    }
}
