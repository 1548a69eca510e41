using System.Runtime.CompilerServices;
using Kairship.Server.Access;
using Kairship.Server.Problems;
using Kairship.Workflows.Storage;

namespace Kairship.Server.Elsa.Instances;

/// <summary>Taking instances out, to look at them elsewhere. They do not come in again.</summary>
internal static class ExportRoutes
{
    public static void MapElsaExports(this IEndpointRouteBuilder instances, IEndpointRouteBuilder elsa)
    {
        instances.MapMethods("/{id}/export", [HttpMethods.Get, HttpMethods.Post], OneAsync);
        elsa.MapPost("/bulk-actions/export/workflow-instances", ManyAsync).WithMetadata(BodyLimit.OneMegabyte);
        elsa.MapPost("/bulk-actions/import/workflow-instances", () => new Refusal(
            StatusCodes.Status501NotImplemented,
            "Instances are not imported: an exported one is masked, and its waits, leases and effects belong to the server that it ran on. Import its definition and run that, or restore the database.")
            .ToResult()).RequireAuthorization(Policies.Administer);
    }

    private static async Task<IResult> OneAsync(string id, InstanceReader reader, CancellationToken cancellationToken) =>
        await reader.FindAsync(RouteText.Id(id), cancellationToken) is { } view
            ? TypedResults.File(InstanceExports.Document(view), "application/json", InstanceExport.FileName(view.Record.Id))
            : InstanceEnds.Unknown(RouteText.Id(id)).ToResult();

    private static async Task<IResult> ManyAsync(HttpContext context, InstanceReader reader, IWorkflowStore store, CancellationToken cancellationToken)
    {
        var request = await ElsaBody.ReadAsync<ManyInstances>(context, cancellationToken);
        if (request.Problem(InstanceExports.Most) is { } problem)
        {
            return problem.ToResult();
        }

        var ids = request.Ids!.Distinct(StringComparer.Ordinal).ToList();
        var found = (await store.ListInstancesAsync(new InstanceFilter { Ids = ids }, new PageRequest(0, ids.Count), cancellationToken)).Items.Select(i => i.Id).ToHashSet(StringComparer.Ordinal);
        if (ids.FirstOrDefault(i => !found.Contains(i)) is { } missing)
        {
            return InstanceEnds.Unknown(missing).ToResult();
        }

        return TypedResults.Stream(await InstanceExports.ZipAsync(ViewsAsync(ids, reader, cancellationToken), cancellationToken), "application/zip", "workflow-instances.zip");
    }

    private static async IAsyncEnumerable<InstanceView> ViewsAsync(IEnumerable<string> ids, InstanceReader reader, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var id in ids)
        {
            // One that is deleted just now is left out.
            if (await reader.FindAsync(id, cancellationToken) is { } view)
            {
                yield return view;
            }
        }
    }
}
