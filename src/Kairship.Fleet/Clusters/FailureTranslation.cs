using System.Net.Sockets;
using System.Security.Authentication;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Polly.CircuitBreaker;
using Polly.RateLimiting;
using Polly.Timeout;

namespace Kairship.Fleet.Clusters;

/// <summary>Turns what the network, the pipeline and the cluster say into a <see cref="ClusterException"/>.</summary>
internal static partial class FailureTranslation
{
    private const int LongestMessage = 2_000;

    /// <summary>A failure on the way to the cluster; null when the exception is none of the network's.</summary>
    public static ClusterException? FromTransport(string cluster, Exception exception, ClusterOptions options) => exception switch
    {
        ClusterException known => known,
        HttpRequestException { InnerException: ServerCertificateException certificate } =>
            new ClusterException(ClusterFailure.CertificateInvalid, cluster, certificate.Message, exception) { Cause = certificate.Cause },
        HttpRequestException { InnerException: AuthenticationException authentication } =>
            new ClusterException(ClusterFailure.CertificateInvalid, cluster, CertificateMessage(authentication), exception),
        HttpRequestException { InnerException: OperationCanceledException } =>
            new ClusterException(ClusterFailure.Timeout, cluster, "the connection that it waited for was given up", exception),
        HttpRequestException http => new ClusterException(ClusterFailure.Unreachable, cluster, ReachMessage(http), exception),
        OperationCanceledException { InnerException: TimeoutException } =>
            new ClusterException(ClusterFailure.Timeout, cluster, $"no connection within {options.ConnectTimeout.TotalSeconds:0.#} s", exception),
        OperationCanceledException or ObjectDisposedException =>
            new ClusterException(ClusterFailure.Unreachable, cluster, "the connection was closed because the cluster was changed or removed", exception),
        IOException or SocketException => new ClusterException(ClusterFailure.Unreachable, cluster, exception.Message, exception),
        AuthenticationException authentication =>
            new ClusterException(ClusterFailure.CertificateInvalid, cluster, CertificateMessage(authentication), exception),
        _ => null,
    };

    /// <summary>What the pipeline itself refused or cut off; null when the exception is none of the pipeline's.</summary>
    public static ClusterException? FromPipeline(string cluster, Exception exception, ClusterOptions options) => exception switch
    {
        TimeoutRejectedException => new ClusterException(ClusterFailure.Timeout, cluster, $"no answer within {options.AttemptTimeout.TotalSeconds:0.#} s", exception),
        BrokenCircuitException => new ClusterException(
            ClusterFailure.CircuitOpen, cluster, $"it failed so often that requests are held back for {options.BreakDuration.TotalSeconds:0.#} s", exception),
        RateLimiterRejectedException => new ClusterException(
            ClusterFailure.Throttled, cluster, $"more than {options.QueueLimit} requests wait for it already", exception),
        _ => null,
    };

    /// <summary>An answer that is no success.</summary>
    public static ClusterException FromAnswer(string cluster, ClusterAnswer answer)
    {
        var status = answer.TryJson();
        var kind = KindOf(answer.Status);
        var message = Bounded(status?["message"]?.ToString()) ?? $"answered {answer.Status} without a Kubernetes status";
        return new ClusterException(kind, cluster, message)
        {
            Reason = status?["reason"]?.ToString(),
            Status = answer.Status,
            Conflicts = kind == ClusterFailure.Conflict ? ConflictsOf(status) : [],
            Causes = kind == ClusterFailure.Invalid ? CausesOf(status) : [],
        };
    }

    private static ClusterFailure KindOf(int status) => status switch
    {
        401 => ClusterFailure.Unauthorized,
        403 => ClusterFailure.Forbidden,
        404 or 410 => ClusterFailure.NotFound,
        408 or 504 => ClusterFailure.Timeout,
        409 => ClusterFailure.Conflict,
        429 => ClusterFailure.Throttled,
        >= 500 => ClusterFailure.ServerError,
        _ => ClusterFailure.Invalid,
    };

    private static List<FieldConflict> ConflictsOf(JsonObject? status)
    {
        var conflicts = new List<FieldConflict>();
        foreach (var cause in status?["details"]?["causes"] as JsonArray ?? [])
        {
            if (cause?["reason"]?.ToString() == "FieldManagerConflict")
            {
                var manager = ManagerName().Match(cause["message"]?.ToString() ?? "");
                conflicts.Add(new FieldConflict(manager.Success ? manager.Groups[1].Value : "another manager", cause["field"]?.ToString() ?? "an unnamed field"));
            }
        }

        return conflicts;
    }

    private static List<StatusCause> CausesOf(JsonObject? status) =>
        [.. (status?["details"]?["causes"] as JsonArray ?? []).OfType<JsonObject>().Select(c => new StatusCause(
            c["reason"]?.ToString() ?? "", c["field"]?.ToString() ?? "", Bounded(c["message"]?.ToString()) ?? ""))];

    private static string CertificateMessage(AuthenticationException exception) =>
        $"no TLS connection: {exception.Message.TrimEnd('.')}. What answers there must speak TLS 1.2 or 1.3 and take the kubeconfig's client certificate";

    private static string ReachMessage(HttpRequestException exception) =>
        exception.InnerException is SocketException socket ? $"not reachable: {exception.Message} ({socket.SocketErrorCode})" : $"not reachable: {exception.Message}";

    private static string? Bounded(string? text) => text?.Length > LongestMessage ? text[..LongestMessage] + "…" : text;

    [GeneratedRegex("""conflicts? with "([^"]+)""", RegexOptions.None, 1000)]
    private static partial Regex ManagerName();
}
