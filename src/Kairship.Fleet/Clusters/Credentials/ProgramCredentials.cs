using System.Diagnostics.CodeAnalysis;
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
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "A semaphore whose wait handle is never asked for holds nothing.")]
internal sealed class ProgramCredentials(string cluster, ProgramCall call, TimeSpan timeout, TimeProvider clock) : CredentialSource
{
    /// <summary>A program that hands out expired credentials, or none, must not be run for every request.</summary>
    internal static readonly TimeSpan LeastPause = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _gate = new(1, 1);
    private CredentialSet? _current;
    private ClusterException? _failure;
    private DateTimeOffset _renewAt = DateTimeOffset.MaxValue;
    private DateTimeOffset _ranAt = DateTimeOffset.MinValue;

    public override string Description => $"what the program {call.Command} gives";

    public override string Remedy => $"run {call.Command} on the server's machine to see what it gives";

    public override async ValueTask<CredentialSet> GetAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _current) is { } good && clock.GetUtcNow() < _renewAt)
        {
            return good;
        }

        await _gate.WaitAsync(cancellationToken);
        try
        {
            var now = clock.GetUtcNow();
            if (_current is not null && now < _renewAt)
            {
                return _current;
            }

            if (now - _ranAt < LeastPause)
            {
                return _current ?? throw _failure!;
            }

            return await RenewAsync(now, cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
    }

    public override bool Refused(CredentialSet refused)
    {
        if (!ReferenceEquals(Volatile.Read(ref _current), refused))
        {
            return true;
        }

        _renewAt = DateTimeOffset.MinValue;
        return clock.GetUtcNow() - _ranAt >= LeastPause;
    }

    public override bool IsOutdated(X509Certificate2? shown) =>
        Volatile.Read(ref _current) is { } current && (!ReferenceEquals(current.Certificate, shown) || (shown is not null && clock.GetUtcNow() >= _renewAt && clock.GetUtcNow() - _ranAt >= LeastPause));

    private async Task<CredentialSet> RenewAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        try
        {
            var info = new JsonObject { ["apiVersion"] = call.ApiVersion, ["kind"] = "ExecCredential", ["spec"] = new JsonObject { ["interactive"] = false } };
            if (call.Cluster is not null)
            {
                info["spec"]!["cluster"] = call.Cluster.DeepClone();
            }

            var environment = call.Environment.Append(new("KUBERNETES_EXEC_INFO", info.ToJsonString()));
            var output = await ProgramOutput.ReadAsync(call.Command, call.Arguments, environment, timeout, clock, cancellationToken);
            var renewed = Read(output);
            _renewAt = renewed.ExpiresAt is { } end ? end - Margin(end - now) : DateTimeOffset.MaxValue;
            (_failure, _ranAt) = (null, now);
            Volatile.Write(ref _current, renewed);
            return renewed;
        }
        catch (ProgramException exception)
        {
            _ranAt = now;
            var hint = string.IsNullOrWhiteSpace(call.InstallHint) ? "" : $". {call.InstallHint.Trim()}";
            _failure = new ClusterException(
                ClusterFailure.CredentialsUnavailable, cluster, $"the program {call.Command} gave no credentials: {exception.Message}{hint}", exception) { Cause = "CredentialProgramFailed" };
            // What is about to expire is good for a little longer.
            return _current is { ExpiresAt: { } until } && until > now ? _current : throw _failure;
        }
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
