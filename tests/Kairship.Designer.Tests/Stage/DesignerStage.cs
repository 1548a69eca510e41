using System.Text.Json.Nodes;
using Kairship.Api;
using Kairship.Api.Access;
using Kairship.Api.Clusters;
using Kairship.Designer.Tests.Browsing;
using Kairship.EndToEnd.Tests.Processes;
using Kairship.EndToEnd.Tests.Shop;
using Kairship.Simulator;
using Microsoft.Playwright;

namespace Kairship.Designer.Tests.Stage;

/// <summary>A server in its own process with three clusters, the people who use it, and one browser.</summary>
public sealed class DesignerStage : IAsyncLifetime
{
    private readonly TempFolder _folder = new("designer");
    private readonly Dictionary<string, string> _keys = [];

    private SimulatedFleet _fleet = null!;
    private Chromium _chromium = null!;

    internal KairshipServerProcess Server { get; private set; } = null!;

    internal IBrowser Browser => _chromium.Browser;

    internal static IReadOnlyList<string> Clusters { get; } = ["east", "north", "west"];

    /// <summary>The key of one who has exactly this role.</summary>
    internal string Key(string role) => role == "admin" ? Server.AdminKey : _keys[role];

    internal KairshipClient Connect(string role = "admin") => Server.Connect(Key(role));

    /// <summary>Waits until the server's latest version of a definition is as it should be; the designer saves by itself, a little after each change.</summary>
    internal async Task<JsonNode> DefinitionAsync(string definitionId, Func<JsonNode, bool>? so = null)
    {
        var text = "";
        using var admin = Server.Connect();
        await Patience.UntilAsync(
            async () =>
            {
                try
                {
                    text = await admin.GetWorkflowAsync(definitionId);
                    return so is null || so(JsonNode.Parse(text)!);
                }
                catch (KairshipApiException e) when (e.Status == 404)
                {
                    text = "not there";
                    return false;
                }
            },
            () => $"the latest version of {definitionId} is:\n{text}", TimeSpan.FromSeconds(30));
        return JsonNode.Parse(text)!;
    }

    /// <summary>Publishes a definition without a browser.</summary>
    internal async Task PublishAsync(JsonNode definition)
    {
        using var admin = Server.Connect();
        await admin.PushWorkflowAsync(definition.ToJsonString());
    }

    internal string Folder(string name) => _folder.Sub(name);

    public async ValueTask InitializeAsync()
    {
        Server = new KairshipServerProcess(_folder);
        var browser = Chromium.StartAsync();
        _fleet = await SimulatedFleet.StartAsync(Clusters.Select(Describe));
        await Server.StartAsync();
        using var admin = Server.Connect();
        foreach (var role in (string[])["designer", "publisher", "viewer", "release-manager", "deployer"])
        {
            _keys[role] = (await admin.CreateKeyAsync(new CreateKeyRequest(role, [role]))).Token;
        }

        foreach (var cluster in _fleet.Clusters)
        {
            await admin.JoinClusterAsync(new JoinClusterRequest(cluster.Name, cluster.Kubeconfig, null, cluster.Options.Labels));
        }

        await admin.ApplyApplicationAsync(ShopFiles.ApplicationYaml());
        _chromium = await browser;
    }

    public async ValueTask DisposeAsync()
    {
        await _chromium.DisposeAsync();
        await Server.DisposeAsync();
        await _fleet.DisposeAsync();
        _folder.Dispose();
    }

    private static SimulatedClusterOptions Describe(string name) => new()
    {
        Name = name, Labels = new Dictionary<string, string> { ["tier"] = name == "east" ? "edge" : "core" }, PodReadyAfter = TimeSpan.FromMilliseconds(100),
    };
}

[CollectionDefinition(Name)]
public sealed class DesignerStageCollection : ICollectionFixture<DesignerStage>
{
    public const string Name = "one server, one browser";
}
