using Kairship.Delivery.Manifests;
using Kairship.Server.Applications.Sources;

namespace Kairship.Server.Tests.Applications.Sources;

/// <summary>Kustomizations, by the kubectl of this machine.</summary>
public sealed class KustomizationTests : IDisposable
{
    private readonly SourceFolderFixture _folder = new();

    public KustomizationTests()
    {
        _folder.Write("base/kustomization.yaml", "resources: [web.yaml]\nconfigMapGenerator: [{ name: settings, files: [key=settings.txt] }]\n");
        _folder.Write("base/web.yaml", SourceFolderFixture.Map.Replace("NAME", "web"));
        _folder.Write("base/settings.txt", "x=1");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Overlay_IsBuilt_WithItsBase()
    {
        _folder.Write("overlays/prod/kustomization.yaml", "resources: [../../base]\nnamePrefix: prod-\nnamespace: shop\n");
        var text = await RenderAsync("overlays/prod");
        var manifests = ManifestParser.Parse(text);
        manifests.Select(m => m.Ref.ToString()).Should().HaveCount(2).And.Contain("ConfigMap/shop/prod-web").And.Contain(name => name.StartsWith("ConfigMap/shop/prod-settings-"));
    }

    [Theory]
    [InlineData("resources: [https://example.test/base.yaml]", "fetched only when that is allowed")]
    [InlineData("resources: [github.com/example/app//deploy?ref=v1]", "fetched only when that is allowed")]
    [InlineData("components: [git@example.test:app.git]", "fetched only when that is allowed")]
    [InlineData("resources: [../base]\ntransformers: [https://example.test/t.yaml]", "https://example.test/t.yaml")]
    [InlineData("configMapGenerator: [{ name: a, files: [x=https://example.test/x] }]", "https://example.test/x")]
    [InlineData("resources: [../base]\npatches: [{ path: https://example.test/p.yaml }]", "https://example.test/p.yaml")]
    [InlineData("resources: [../../outside]", "outside of the source root")]
    [InlineData("Resources: [../../outside]", "outside of the source root")]
    [InlineData("resources: [../base]\npatches: [{ Path: https://example.test/p.yaml }]", "https://example.test/p.yaml")]
    [InlineData("re\u017Fources: [../../outside]", "outside of the source root")]
    [InlineData("resources: [../inner]", "https://example.test/deep")]
    [InlineData("- a", "is not a kustomization")]
    public async Task Reference_ToElsewhere_IsRefused_BeforeKubectlRuns(string kustomization, string expected)
    {
        _folder.Program("kubectl", "echo this must not run; exit 0");
        _folder.Write("app/kustomization.yaml", kustomization);
        _folder.Write("inner/kustomization.yml", "resources: [https://example.test/deep]");
        await File.WriteAllTextAsync(Path.Combine(_folder.Outside, "kustomization.yaml"), "resources: []");
        (await _folder.Invoking(f => f.RenderAsync("app")).Should().ThrowAsync<ManifestException>()).Which.Message.Should().Contain(expected);
    }

    [Fact]
    public async Task Mistake_IsToldInKubectlsWords()
    {
        _folder.Write("app/kustomization.yaml", "resources: [a.yaml]\npatches: [{ patch: 'not a patch' }]\n");
        _folder.Write("app/a.yaml", SourceFolderFixture.Map.Replace("NAME", "a"));
        (await FluentActions.Invoking(() => RenderAsync("app")).Should().ThrowAsync<ManifestException>()).Which.Message.Should().StartWith("kubectl ended with 1: ").And.Contain("patch");
    }

    [Fact]
    public async Task Kubectl_ThatIsNotInstalled_IsToldHowToGet() =>
        (await _folder.Invoking(f => f.RenderAsync("base")).Should().ThrowAsync<ManifestException>()).Which.Message.Should().Contain("kubectl, which is not on the PATH: install it");

    [Theory]
    [InlineData("while :; do :; done", 1, "was not done after 1 s and was stopped")]
    [InlineData("while :; do echo 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'; done", 60, "printed more than 10,000 bytes")]
    [InlineData("echo \"$1 $KUBECONFIG $SECRET\" >&2; exit 3", 60, "kubectl ended with 3: kustomize ")]
    public async Task Program_IsBounded_AndSeesNothingOfThisProcess(string script, int seconds, string expected)
    {
        _folder.Program("kubectl", script);
        var limits = new SourceLimits { Timeout = TimeSpan.FromSeconds(seconds), MaxBytes = 10_000 };
        (await _folder.Invoking(f => f.RenderAsync("base", limits)).Should().ThrowAsync<ManifestException>()).Which.Message.Should().Contain(expected);
    }

    /// <summary>Even where the look at the files has overlooked something.</summary>
    [Fact]
    public async Task Program_HasNeitherPathNorProxyToTheOutside()
    {
        _folder.Program("kubectl", "echo \"[$PATH] [$HTTPS_PROXY] [$HOME]\"");
        var printed = await _folder.RenderAsync("base");
        printed.Should().MatchRegex(@"^\[(/[^\]]*kairship-source-[^\]]*)\] \[http://127\.0\.0\.1:1\] \[\1\]");
    }

    private Task<string> RenderAsync(string path)
    {
        Assert.SkipWhen(!(Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(p => File.Exists(Path.Combine(p, "kubectl"))), "kubectl is not on the PATH: install it to run this test.");
        return new SourceRenderer(TimeProvider.System).RenderAsync(new SourceOrder(path) { Root = _folder.Root }, TestContext.Current.CancellationToken);
    }
}
