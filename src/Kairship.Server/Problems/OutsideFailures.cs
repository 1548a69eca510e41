using System.Data.Common;
using System.Security.Cryptography;
using Kairship.Fleet.Clusters;

namespace Kairship.Server.Problems;

/// <summary>What member clusters, the database or the keys folder did, as an answer to our caller. Never a 500: it is not our fault, and the message says whose.</summary>
internal static class OutsideFailures
{
    public static Refusal? Explain(Exception exception) => exception switch
    {
        UnknownClusterException unknown => Refusal.NotFound(unknown.Message),
        ClusterException { Kind: ClusterFailure.Conflict } conflict => Refusal.Conflict(conflict.Message),
        ClusterException { IsTransient: true } away => Refusal.Unavailable(away.Message),
        ClusterException refused => Refusal.Unprocessable(refused.Message),
        CryptographicException => Refusal.Unavailable(
            "The keys that this was encrypted with are not in the server's keys folder: bring them back, or join the cluster (make the webhook) again."),
        DbException => Refusal.Unavailable("The database does not answer as it should: the server's log says more. Try again."),
        _ => null,
    };
}
