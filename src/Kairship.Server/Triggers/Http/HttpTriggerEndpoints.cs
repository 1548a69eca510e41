using Kairship.Server.Audit;
using Kairship.Server.Hosting;

namespace Kairship.Server.Triggers.Http;

internal static class HttpTriggerEndpoints
{
    /// <summary>Requests to workflows. Open to all, as Elsa's are: an endpoint with Authorize asks for a key, and only an administrator can publish one.</summary>
    public static void MapHttpTriggers(this IEndpointRouteBuilder app, ServerOptions options) =>
        app.Map($"{options.HttpBasePath.TrimEnd('/')}/{{**path}}", (string? path, HttpTriggerReceiver receiver, HttpContext context, CancellationToken cancellationToken) =>
            receiver.ReceiveAsync(context, path ?? "", cancellationToken))
            .AllowAnonymous().Audited("workflow.request").ExcludeFromDescription();
}
