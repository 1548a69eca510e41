using Kairship.Api;
using Kairship.Api.Releases;

namespace Kairship.Server.Tests.Applications;

/// <summary>Applications that say themselves where their manifests are.</summary>
public sealed class ApplicationSourceTests : IAsyncLifetime
{
    private readonly string _root = Directory.CreateTempSubdirectory("kairship-roots-").FullName;
    private readonly RunningServer _server;

    public ApplicationSourceTests() => _server = new RunningServer { SourceRoots = [_root] };

    public async ValueTask InitializeAsync() => await _server.InitializeAsync();

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public async Task Release_WithoutManifests_TakesTheApplicationsSource()
    {
        Directory.CreateDirectory(Path.Combine(_root, "shop", "prod"));
        await File.WriteAllTextAsync(Path.Combine(_root, "shop", "prod", "web.yaml"), SampleApplications.Manifests("3.0"));
        await _server.Admin.ApplyApplicationAsync(WithSource("placed", "{ path: shop/prod }"));
        (await _server.Admin.StartReleaseAsync("placed", new StartReleaseRequest(Revision: "v3"))).Revision.Should().Be("v3");
        (await _server.Admin.ListRevisionsAsync("placed")).Items.Should().ContainSingle();

        await _server.Admin.ApplyApplicationAsync(WithSource("inline", "{ inline: '{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}' }"));
        (await _server.Admin.StartReleaseAsync("inline", new StartReleaseRequest())).Revision.Should().Be("r1");

        await _server.Admin.ApplyApplicationAsync(WithSource("nowhere", "{ path: shop/elsewhere }"));
        (await _server.Admin.Invoking(a => a.StartReleaseAsync("nowhere", new StartReleaseRequest())).Should().ThrowAsync<KairshipApiException>())
            .Which.Should().Match<KairshipApiException>(e => e.Status == 422 && e.Message.Contains("There is no file or folder 'shop/elsewhere'"));
    }

    [Theory]
    [InlineData("{ path: ../shop }", "spec.source.path")]
    [InlineData("{ path: /etc }", "spec.source.path")]
    [InlineData("{ path: a, inline: b }", "one of the two")]
    [InlineData("{ path: chart, helmValues: [../secret.yaml] }", "helmValues")]
    [InlineData("{ inline: x, recursive: true }", "mean nothing without a path")]
    [InlineData("{ path: a, recursive: maybe }", "must be true or false")]
    public async Task Source_ThatCannotBe_IsRefusedWhenTheApplicationIsApplied(string source, string expected)
    {
        var refused = (await _server.Admin.Invoking(a => a.ApplyApplicationAsync(WithSource("wrong", source))).Should().ThrowAsync<KairshipApiException>()).Which;
        refused.Status.Should().Be(422);
        refused.ToString().Should().Contain(expected);
    }

    private static string WithSource(string name, string source) => $"{SampleApplications.Yaml(name)}\n  source: {source}\n";
}
