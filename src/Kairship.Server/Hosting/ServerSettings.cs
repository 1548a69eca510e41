using System.Text.Json;
using System.Text.Json.Serialization;
using Kairship.Delivery.Failover;
using Kairship.Fleet.Health;
using Kairship.Server.Scaling;

namespace Kairship.Server.Hosting;

/// <summary>
/// What operators set in a file: <c>{"health": {"interval": "00:00:05"}, "brake": {"shareLimit": 0.5, "anchors": ["10.0.0.1:53"]}}</c>. What is left out has its default; times are
/// hours:minutes:seconds. Each section has the names of its options.
/// </summary>
/// <param name="Health">When a cluster counts as well.</param>
/// <param name="Brake">When so much is lost that no failover begins without a person.</param>
/// <param name="Scaling">How often replicas are decided, and when a cluster is short of room.</param>
public sealed record ServerSettings(HealthOptions? Health = null, BrakeOptions? Brake = null, ScalingOptions? Scaling = null)
{
    private const int Largest = 64 * 1024;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, ReadCommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true,
    };

    /// <exception cref="ServerStartException">There is no such file, or it is not what it should be; the message says where.</exception>
    public static ServerSettings Read(string path)
    {
        try
        {
            return new FileInfo(path) is { Exists: true, Length: <= Largest }
                ? JsonSerializer.Deserialize<ServerSettings>(File.ReadAllText(path), Json) ?? new ServerSettings()
                : throw new ServerStartException($"Setting Settings is '{path}': it must be a JSON file of at most {Largest / 1024} KiB.");
        }
        catch (JsonException e)
        {
            throw new ServerStartException($"{path}: {e.Message}", 2, e);
        }
    }

    public ServerOptions Over(ServerOptions options) => options with { Health = Health ?? options.Health, Brake = Brake ?? options.Brake, Scaling = Scaling ?? options.Scaling };
}
