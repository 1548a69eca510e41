using Kairship.Delivery.Manifests;
using Kairship.Server.Applications.Sources;

namespace Kairship.Server.Tests.Applications.Sources;

/// <summary>Charts: how helm is called, by a program that says so, and what is said where there is none.</summary>
public sealed class HelmChartTests : IDisposable
{
    private readonly SourceFolderFixture _folder = new();

    public HelmChartTests()
    {
        _folder.Write("chart/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n");
        _folder.Write("chart/values-prod.yaml", "replicas: 3\n");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Chart_WithoutHelm_SaysWhatToInstall() =>
        (await _folder.Invoking(f => f.RenderAsync("chart")).Should().ThrowAsync<ManifestException>()).Which.Message
            .Should().Contain("rendered by helm, which is not on the PATH: install Helm 3").And.Contain("helm template");

    [Fact]
    public async Task Chart_IsTemplated_WithReleaseNamespaceAndValues()
    {
        _folder.Program("helm", """
            printf 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: args }\ndata:\n'
            i=0; for a in "$@"; do printf "  a%s: '%s'\n" $i "$a"; i=$((i+1)); done
            """);
        var text = await _folder.RenderAsync("chart", change: o => o with
        {
            ReleaseName = "storefront", Namespace = "shop", Values = ["values-prod.yaml"], Set = new Dictionary<string, string> { ["image.tag"] = "v2,beta" },
        });
        var data = ManifestParser.Parse(text).Single().Json["data"]!.AsObject().Select(p => p.Value!.ToString());
        data.Should().Equal(
            "template", "storefront", Path.Combine(_folder.Root, "chart"), "--include-crds", "--skip-tests", "--namespace", "shop",
            "--values", Path.Combine(_folder.Root, "chart", "values-prod.yaml"), "--set-string", @"image.tag=v2\,beta");
    }

    [Theory]
    [InlineData("../outside.yaml")]
    [InlineData("/etc/hostname")]
    [InlineData("missing.yaml")]
    public async Task Values_FromOutsideOfTheChart_AreRefused(string values)
    {
        _folder.Program("helm", "echo this must not run");
        _folder.Write("outside.yaml", "a: b");
        await _folder.Invoking(f => f.RenderAsync("chart", change: o => o with { Values = [values] })).Should().ThrowAsync<ManifestException>();
    }

    [Theory]
    [InlineData("files/stolen", "secret.txt")]
    [InlineData("templates", "")]
    public async Task Chart_WithALinkOutOfIt_IsRefused_BeforeHelmRuns(string link, string target)
    {
        _folder.Program("helm", "echo this must not run");
        await File.WriteAllTextAsync(Path.Combine(_folder.Outside, "secret.txt"), "s3cr3t", TestContext.Current.CancellationToken);
        var full = Path.Combine(_folder.Root, "chart", link);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.CreateSymbolicLink(full, Path.Combine(_folder.Outside, target));
        (await _folder.Invoking(f => f.RenderAsync("chart")).Should().ThrowAsync<ManifestException>()).Which.Message.Should().Contain($"'{link}' is a link out of the folder");
    }

    [Fact]
    public async Task Chart_WithALinkInsideOfIt_IsTemplated()
    {
        _folder.Program("helm", "echo '# fine'");
        File.CreateSymbolicLink(Path.Combine(_folder.Root, "chart", "values-live.yaml"), "values-prod.yaml");
        (await _folder.RenderAsync("chart")).Should().Contain("fine");
    }

    [Theory]
    [InlineData("--post-renderer")]
    [InlineData("a b")]
    [InlineData("")]
    public async Task Set_NameThatIsNone_IsRefused(string name)
    {
        _folder.Program("helm", "echo this must not run");
        (await _folder.Invoking(f => f.RenderAsync("chart", change: o => o with { Set = new Dictionary<string, string> { [name] = "x" } })).Should().ThrowAsync<ManifestException>())
            .Which.Message.Should().Contain("no path of a value");
    }

    [Fact]
    public async Task Failure_IsToldInHelmsWords()
    {
        _folder.Program("helm", "echo 'Error: values do not match the schema' >&2; exit 1");
        (await _folder.Invoking(f => f.RenderAsync("chart")).Should().ThrowAsync<ManifestException>()).Which.Message.Should().Be("helm ended with 1: Error: values do not match the schema");
    }

    [Fact]
    public async Task Values_WithoutAChart_AreRefused()
    {
        _folder.Write("plain/a.yaml", "a: b");
        (await _folder.Invoking(f => f.RenderAsync("plain", change: o => o with { Values = ["a.yaml"] })).Should().ThrowAsync<ManifestException>()).Which.Message.Should().Contain("no Helm chart");
    }
}
