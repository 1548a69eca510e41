using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Kairship.Simulator.Faults;

namespace Kairship.Simulator.Control;

/// <summary>The simulator cannot do what it was asked, or there is none; the message is one line that says what to do.</summary>
public sealed class SimulatorControlException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Lists, breaks and heals the clusters of a simulator that runs in another process on this machine.</summary>
public sealed class SimulatorClient : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly HttpClient _http;
    private readonly string _folder;
    private readonly int _processId;

    private SimulatorClient(string folder, ControlFile control)
    {
        _folder = folder;
        _processId = control.ProcessId;
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(control.Address, "/sim/v1/"), Timeout = Patience };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", control.Token);
    }

    /// <summary>The simulator that says in one of these folders where it is; the first that does.</summary>
    /// <exception cref="SimulatorControlException">None does.</exception>
    public static SimulatorClient Find(params IReadOnlyList<string> folders)
    {
        foreach (var folder in folders)
        {
            if (ControlFile.Find(folder) is { } control)
            {
                return new SimulatorClient(folder, control);
            }
        }

        throw new SimulatorControlException($"no simulator runs on {string.Join(" or ", folders)}. Start one with 'kairship sim up', or name its folder with --state");
    }

    public Task<IReadOnlyList<ClusterView>> ListAsync(CancellationToken ct) => SendAsync<IReadOnlyList<ClusterView>>(HttpMethod.Get, "clusters", null, ct);

    /// <summary>Breaks a cluster.</summary>
    public Task<ClusterView> FaultAsync(string cluster, FaultRequest fault, CancellationToken ct) =>
        SendAsync<ClusterView>(HttpMethod.Post, $"clusters/{Uri.EscapeDataString(cluster)}/faults", JsonContent.Create(fault, null, FaultSettings.Json), ct);

    /// <summary>Heals a cluster of one fault, or of all.</summary>
    public Task<ClusterView> HealAsync(string cluster, string? fault, CancellationToken ct) =>
        SendAsync<ClusterView>(
            HttpMethod.Delete, $"clusters/{Uri.EscapeDataString(cluster)}/faults{(fault is null ? "" : "/" + Uri.EscapeDataString(fault))}", null, ct);

    public void Dispose() => _http.Dispose();

    private async Task<T> SendAsync<T>(HttpMethod method, string path, HttpContent? body, CancellationToken ct)
    {
        try
        {
            using var request = new HttpRequestMessage(method, path) { Content = body };
            using var response = await _http.SendAsync(request, ct);
            if (response.IsSuccessStatusCode)
            {
                return await response.Content.ReadFromJsonAsync<T>(FaultSettings.Json, ct) ?? throw new SimulatorControlException("the simulator answered nothing");
            }

            var refusal = await response.Content.ReadFromJsonAsync<Dictionary<string, string>>(ct);
            throw new SimulatorControlException(refusal?.GetValueOrDefault("error") ?? $"the simulator answered {(int)response.StatusCode}");
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or TaskCanceledException { InnerException: TimeoutException })
        {
            throw new SimulatorControlException(
                $"the simulator of {_folder} (process {_processId}) does not answer: it has ended, or hangs. Start it again with 'kairship sim up --state {_folder}'", e);
        }
    }
}
