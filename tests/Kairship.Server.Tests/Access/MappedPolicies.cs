using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Kairship.Server.Tests.Access;

/// <summary>A route with who it lets in.</summary>
/// <param name="Policy">Of all that it asks for, the last: what is said at a route is narrower than what its group says. "anyone": it asks nobody.</param>
internal sealed record MappedPolicy(string Method, string Pattern, string Policy)
{
    public string Route => $"{Method} {Pattern}";

    public static IReadOnlyList<MappedPolicy> Of(RunningServer server) =>
        [.. server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .SelectMany(e => (e.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["*"])
                .Select(m => new MappedPolicy(m, "/" + (e.RoutePattern.RawText ?? "").Trim('/'), Of(e))))
            .Distinct().OrderBy(p => p.Pattern, StringComparer.Ordinal).ThenBy(p => p.Method, StringComparer.Ordinal)];

    private static string Of(RouteEndpoint endpoint) => endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null
        ? "anyone"
        : endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>().Select(a => a.Policy).LastOrDefault() ?? "read";
}
