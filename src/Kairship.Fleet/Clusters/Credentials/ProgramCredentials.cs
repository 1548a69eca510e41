using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kairship.Fleet.Clusters.Credentials;

/// <summary>How to run a credentials plugin (client.authentication.k8s.io).</summary>
/// <param name="Cluster">What KUBERNETES_EXEC_INFO says of the cluster; null: the kubeconfig does not ask for it.</param>
internal sealed record ProgramCall(
    string ApiVersion, string Command, IReadOnlyList<string> Arguments, IReadOnlyList<KeyValuePair<string, string>> Environment, JsonObject? Cluster, string? InstallHint);

/// <summary>
/// Credentials from a plugin of this machine: asked for at the first request, and again before they expire or when the cluster refuses them. It runs once at a time and
/// not more often than every so many seconds, whatever it answers.
/// </summary>
internal sealed class ProgramCredentials(string cluster, ProgramCall call, TimeSpan timeout, TimeProvider clock) : CredentialSource
{
    /// <summary>A program that hands out expired credentials, or none, must not be run for every request.</summary>
    internal static readonly TimeSpan LeastPause = TimeSpan.FromSeconds(10);

    /// <summary>How long a request waits for the program where there is an answer without it: what is good for a little longer, or why there was nothing the last time.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private CredentialSet? _current;
    private ClusterException? _failure;
    private Task<CredentialSet>? _running;
    private DateTimeOffset _renewAt = DateTimeOffset.MaxValue;
    private DateTimeOffset _ranAt = DateTimeOffset.MinValue;

    public override string Description => $"what the program {call.Command} gives";

    public override string Remedy => $"run {call.Command} on the server's machine to see what it gives";

    public override async ValueTask<CredentialSet> GetAsync(CancellationToken cancellationToken)
    {
        Task<CredentialSet> running;
        CredentialSet? good;
        ClusterException? failure;
        lock (_gate)
        {
            var now = clock.GetUtcNow();
            if (_current is not null && now < _renewAt)
            {
                return _current;
            }

            if (_running is null && now - _ranAt < LeastPause)
            {
                return _current ?? throw _failure!;
            }

            good = _current is { ExpiresAt: { } until } && until > now ? _current : null;
            failure = _failure;
            running = _running ??= Task.Run(() => RenewAsync(now), CancellationToken.None);
        }

        try
        {
            return await running.WaitAsync(good is null && failure is null ? Timeout.InfiniteTimeSpan : Patience, clock, cancellationToken);
        }
        catch (TimeoutException)
        {
            return good ?? throw failure!;
        }
    }

    public override bool Refused(CredentialSet refused)
    {
        lock (_gate)
        {
            if (!ReferenceEquals(_current, refused))
            {
                return true;
            }

            _renewAt = DateTimeOffset.MinValue;
            return clock.GetUtcNow() - _ranAt >= LeastPause;
        }
    }

    public override bool IsOutdated(X509Certificate2? shown)
    {
        lock (_gate)
        {
            var now = clock.GetUtcNow();
            return _current is not null && (!ReferenceEquals(_current.Certificate, shown) || (shown is not null && now >= _renewAt && now - _ranAt >= LeastPause));
        }
    }

    /// <summary>For all who wait, and to its end whoever gives up waiting: requests are less patient than the program may be slow.</summary>
    private async Task<CredentialSet> RenewAsync(DateTimeOffset now)
    {
        CredentialSet? renewed = null;
        ClusterException? failure = null;
        try
        {
            renewed = Read(await ProgramOutput.ReadAsync(call.Command, call.Arguments, Environment(), timeout, clock, CancellationToken.None));
        }
        catch (ProgramException exception)
        {
            var hint = string.IsNullOrWhiteSpace(call.InstallHint) ? "" : $". {call.InstallHint.Trim()}";
            failure = new ClusterException(
                ClusterFailure.CredentialsUnavailable, cluster, $"the program {call.Command} gave no credentials: {exception.Message}{hint}", exception) { Cause = "CredentialProgramFailed" };
        }
        finally
        {
            lock (_gate)
            {
                (_running, _ranAt) = (null, clock.GetUtcNow());
                if (renewed is not null)
                {
                    (_current, _failure) = (renewed, null);
                    _renewAt = renewed.ExpiresAt is { } end ? end - Margin(end - now) : DateTimeOffset.MaxValue;
                }
                else if (failure is not null)
                {
                    _failure = failure;
                    // What is about to expire is good for a little longer.
                    _current = _current is { ExpiresAt: { } until } && until > now ? _current : null;
                    renewed = _current;
                }
            }
        }

        return renewed ?? throw failure!;
    }

    private IEnumerable<KeyValuePair<string, string>> Environment()
    {
        var info = new JsonObject { ["apiVersion"] = call.ApiVersion, ["kind"] = "ExecCredential", ["spec"] = new JsonObject { ["interactive"] = false } };
        if (call.Cluster is not null)
        {
            info["spec"]!["cluster"] = call.Cluster.DeepClone();
        }

        return call.Environment.Append(new("KUBERNETES_EXEC_INFO", info.ToJsonString()));
    }

    /// <summary>A fifth of its life before it ends, five minutes at most.</summary>
    private static TimeSpan Margin(TimeSpan life) => life * 0.2 < TimeSpan.FromMinutes(5) ? life * 0.2 : TimeSpan.FromMinutes(5);

    private CredentialSet Read(byte[] output)
    {
        try
        {
            var credential = JsonNode.Parse(output) as JsonObject ?? throw new ProgramException("its output is no JSON object");
            if (credential["kind"]?.ToString() != "ExecCredential" || credential["apiVersion"]?.ToString() != call.ApiVersion)
            {
                throw new ProgramException($"its output is no ExecCredential of {call.ApiVersion}, which the kubeconfig asks for");
            }

            var status = credential["status"] as JsonObject ?? throw new ProgramException("its ExecCredential has no status");
            var (token, certificate, key) = (Text(status, "token"), Text(status, "clientCertificateData"), Text(status, "clientKeyData"));
            if (token is null && certificate is null)
            {
                throw new ProgramException("its ExecCredential has neither a token nor a client certificate");
            }

            if (certificate is null != key is null)
            {
                throw new ProgramException("its ExecCredential has only one of clientCertificateData and clientKeyData");
            }

            var client = certificate is null ? null : X509Certificate2.CreateFromPem(certificate, key);
            DateTimeOffset? expires = Text(status, "expirationTimestamp") is { } text
                ? DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
                    ? at
                    : throw new ProgramException("the expirationTimestamp of its ExecCredential is no time")
                : client is null ? null : CredentialSet.EndOf(client);
            return new CredentialSet(token is null ? null : $"Bearer {token}", client, expires);
        }
        catch (Exception exception) when (exception is JsonException or CryptographicException or InvalidOperationException or ArgumentException)
        {
            throw new ProgramException("its output cannot be read as an ExecCredential", exception);
        }
    }

    private static string? Text(JsonObject status, string field) => status[field]?.GetValue<string>() is { Length: > 0 } text ? text : null;
}
