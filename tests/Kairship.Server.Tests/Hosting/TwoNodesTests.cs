using Kairship.Api.Releases;
using Kairship.Testing.Storage;

[assembly: AssemblyFixture(typeof(PostgresServer))]

namespace Kairship.Server.Tests.Hosting;

/// <summary>Two nodes on one PostgreSQL database.</summary>
public sealed class TwoNodesTests(PostgresServer postgres) : IAsyncLifetime
{
    private readonly RunningServer first = new();
    private readonly RunningServer second = new();

    public async ValueTask InitializeAsync()
    {
        first.Database = second.Database = await postgres.CreateDatabaseAsync();
        second.Companion = first;
        await first.InitializeAsync();
        await second.InitializeAsync();
    }

    [Fact]
    public async Task WhatOneNodeStarts_TheOtherSees_AndStops()
    {
        await first.Admin.ApplyApplicationAsync(SampleApplications.Yaml("shared"));
        var release = await first.Admin.StartReleaseAsync("shared", new StartReleaseRequest(SampleApplications.Manifests()));
        (await second.Admin.GetReleaseAsync(release.Id)).Release.InstanceId.Should().Be(release.InstanceId);

        await second.Admin.CancelInstanceAsync(release.InstanceId!);

        (await first.Admin.WaitForReleaseAsync(release.Id)).Release.Status.Should().Be("Failed");
    }

    [Fact]
    public async Task WhatAStoppedNodeHad_TheOtherFinishes()
    {
        await first.Admin.ApplyApplicationAsync(SampleApplications.Yaml("handed-over", "delayed"));
        var release = await first.Admin.StartReleaseAsync("handed-over", new StartReleaseRequest(SampleApplications.Manifests()));

        await first.StopAsync();

        var end = await second.Admin.WaitForReleaseAsync(release.Id);
        end.Release.Reason.Should().Contain("after a while");
    }

    public async ValueTask DisposeAsync()
    {
        await second.DisposeAsync();
        await first.DisposeAsync();
    }
}
