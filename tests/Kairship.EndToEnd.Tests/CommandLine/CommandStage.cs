using Kairship.Api;
using Kairship.Api.Access;
using Kairship.EndToEnd.Tests.Processes;
using Kairship.EndToEnd.Tests.Shop;

namespace Kairship.EndToEnd.Tests.CommandLine;

/// <summary>"kairship sim up" and "kairship serve", and the people who use them.</summary>
public sealed class CommandStage : IAsyncLifetime
{
    /// <summary>A simulated cluster that has not joined.</summary>
    public const string Spare = "aws-frankfurt-2";

    public static readonly IReadOnlyList<(string Name, string Tier)> Clusters = [("aws-frankfurt", "edge"), ("gcp-iowa", "core"), ("onprem-berlin", "core")];

    private KairshipProcess? _clusters;

    internal TempFolder Folder { get; } = new("commands");

    internal KairshipServerProcess Server { get; private set; } = null!;

    internal CommandRunner Admin { get; private set; } = null!;

    /// <summary>May release, may not approve.</summary>
    internal CommandRunner Developer { get; private set; } = null!;

    /// <summary>May approve, may not release.</summary>
    internal CommandRunner Manager { get; private set; } = null!;

    /// <summary>May do both, but not approve what she asked for.</summary>
    internal CommandRunner Lead { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Server = new KairshipServerProcess(Folder);
        _clusters = KairshipProcess.Start(Folder.Sub("clusters.log"), "sim", "up", "--clusters", "4", "--state", Folder.Sub("clusters"), "--until-input-closes");
        await Server.StartAsync();
        await Patience.UntilAsync(() => Task.FromResult(_clusters.Output.Contains("cluster(s) up", StringComparison.Ordinal)), () => $"no clusters: {_clusters.Output}");
        Admin = As(Server.AdminKey);
        Developer = As(await KeyAsync("developer", "deployer"));
        Manager = As(await KeyAsync("manager", "release-manager"));
        Lead = As(await KeyAsync("lead", "deployer", "release-manager"));
        foreach (var (name, tier) in Clusters)
        {
            (await Admin.RunAsync("cluster", "join", name, "--kubeconfig", Kubeconfig(name), "--label", $"tier={tier}", "--label", "provider=sim")).Ends(0);
        }
    }

    internal string Kubeconfig(string cluster) => Folder.Sub("clusters", $"{cluster}.kubeconfig");

    internal CommandRunner As(string? token) => new(Folder, Server.Address, token);

    /// <summary>The file with the manifests of a version.</summary>
    internal string Manifests(string version, string? image = null) => Folder.Write($"{version}-{Guid.NewGuid():n}.yaml", ShopFiles.Manifests(version, image));

    /// <summary>Applies an application of that name and, without approvals, deploys v1 of it.</summary>
    internal async Task DeployAsync(string name, bool approval = false, string pause = "100ms", string deadline = "60s")
    {
        var file = Folder.Write($"{name}.yaml", ShopFiles.ApplicationYaml(name, pause, approval, deadline));
        (await Admin.RunAsync("apply", "-f", file)).Ends(0).Out.Should().Contain("created");
        if (!approval)
        {
            (await Developer.RunAsync("release", name, "--source", Manifests("v1"), "--revision", "v1", "--wait")).Ends(0);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        if (_clusters is not null)
        {
            await _clusters.DisposeAsync();
        }

        Folder.Dispose();
    }

    private async Task<string> KeyAsync(string name, params string[] roles)
    {
        using var admin = Server.Connect();
        return (await admin.CreateKeyAsync(new CreateKeyRequest(name, roles))).Token;
    }
}

[CollectionDefinition(Name)]
public sealed class CommandStageCollection : ICollectionFixture<CommandStage>
{
    public const string Name = "command line on one server";
}
