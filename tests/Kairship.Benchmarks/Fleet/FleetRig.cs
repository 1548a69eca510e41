using Kairship.Fleet;
using Kairship.Fleet.Clusters;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Kairship.Benchmarks.Fleet;

/// <summary>The room Fleet as the server registers it, clusters kept in memory.</summary>
internal sealed class FleetRig : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    public FleetRig(Action<ClusterOptions>? configure = null)
    {
        var services = new ServiceCollection();
        services.AddLogging(l => l.SetMinimumLevel(LogLevel.Error));
        services.AddSingleton<IDataProtectionProvider>(new EphemeralDataProtectionProvider());
        services.AddSingleton(TimeProvider.System);
        services.AddKairshipFleet(configure);
        _services = services.BuildServiceProvider();
    }

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    /// <summary>Joins one cluster for each file, by the file's name.</summary>
    public async Task<IReadOnlyList<string>> JoinAsync(IReadOnlyList<string> kubeconfigs)
    {
        await Parallel.ForEachAsync(kubeconfigs, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (file, token) =>
        {
            var joined = await Get<ClusterRegistry>().JoinAsync(NameOf(file), await File.ReadAllTextAsync(file, token), null, new Dictionary<string, string>(), token);
            if (joined is not JoinResult.Joined)
            {
                throw new InvalidOperationException($"{file} did not join: {joined}");
            }
        });
        return [.. kubeconfigs.Select(NameOf)];
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    private static string NameOf(string file) => Path.GetFileNameWithoutExtension(file);
}
