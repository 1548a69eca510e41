using System.Text.Json;
using Kairship.Fleet.Clusters;

namespace Kairship.Fleet.Capacity;

/// <summary>A long list read page by page; nothing of a page is kept.</summary>
internal static class ClusterList
{
    private const int PageSize = 500;

    /// <exception cref="ClusterException">It cannot be read.</exception>
    public static async Task EachAsync(ClusterConnection connection, string path, Action<JsonElement> each, CancellationToken cancellationToken)
    {
        string? next = null;
        do
        {
            var query = $"?limit={PageSize}{(next is null ? "" : $"&continue={Uri.EscapeDataString(next)}")}";
            var answer = await connection.SendOnceAsync(ClusterRequest.Get(path + query), cancellationToken);
            if (!answer.IsSuccess)
            {
                throw connection.Failure(answer);
            }

            try
            {
                using var page = JsonDocument.Parse(answer.Body);
                foreach (var item in page.RootElement.GetProperty("items").EnumerateArray())
                {
                    each(item);
                }

                next = page.RootElement.GetProperty("metadata").TryGetProperty("continue", out var token) ? token.GetString() : null;
            }
            catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException)
            {
                throw new ClusterException(ClusterFailure.ServerError, connection.Cluster, $"its answer to /{path} is no list", exception);
            }
        }
        while (!string.IsNullOrEmpty(next));
    }
}
