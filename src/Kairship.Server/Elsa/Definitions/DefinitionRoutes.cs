using System.Text.Json.Nodes;
using Kairship.Server.Problems;
using Kairship.Workflows.Definitions;
using Kairship.Workflows.Storage;

namespace Kairship.Server.Elsa.Definitions;

/// <summary>Definitions: lists, saving, publishing, versions, import and export.</summary>
internal static class DefinitionRoutes
{
    public static void MapElsaDefinitions(this IEndpointRouteBuilder elsa)
    {
        var definitions = elsa.MapGroup("/workflow-definitions");
        MapLists(definitions);
        MapOne(definitions);
        elsa.MapDefinitionEdits();
        elsa.MapDefinitionTransfers();
        elsa.MapDefinitionBulkActions();
    }

    public static IServiceCollection AddElsaDefinitions(this IServiceCollection services) =>
        services.AddSingleton<DefinitionListing>().AddSingleton<DefinitionSaving>().AddSingleton<DraftEditors>().AddSingleton<ConsumingWorkflows>();

    private static void MapLists(IEndpointRouteBuilder definitions)
    {
        definitions.MapGet("", async (HttpContext context, DefinitionListing listing, CancellationToken cancellationToken) =>
            DefinitionAnswers.Json(await listing.ListAsync(DefinitionQuery.Read(context.Request.Query), WorkflowRightsOf.Caller(context.User), cancellationToken)));
        definitions.MapGet("/query/count", async (DefinitionListing listing, CancellationToken cancellationToken) =>
            DefinitionAnswers.Json(new { Count = await listing.CountAsync(cancellationToken) }));
        definitions.MapGet("/validation/is-name-unique", async (HttpContext context, DefinitionListing listing, CancellationToken cancellationToken) =>
        {
            var name = context.Request.Query["name"].ToString();
            var except = context.Request.Query["definitionId"].ToString();
            return name.Length is 0 or > 1000
                ? Refusal.BadRequest("?name= is the name to look for, of at most 1000 characters.").ToResult()
                : DefinitionAnswers.Json(new { IsUnique = await listing.IsNameUniqueAsync(name, except.Length == 0 ? null : except, cancellationToken) });
        });
        definitions.MapGet("/many-by-id", ManyAsync);
        definitions.MapGet("/{definitionId}/versions", async (string definitionId, HttpContext context, IWorkflowStore store, CancellationToken cancellationToken) =>
        {
            var page = await store.ListDefinitionsAsync(new DefinitionFilter(RouteText.Id(definitionId)) { OrderBy = DefinitionOrder.Version, WithoutJson = true }, new PageRequest(0, DefinitionQuery.MaxPageSize), cancellationToken);
            return page.Total == 0
                ? DefinitionAnswers.NotFound(definitionId)
                : DefinitionAnswers.Json(new ElsaList<DefinitionSummary>([.. page.Items.Select(v => DefinitionView.Summary(v, WorkflowRightsOf.Caller(context.User)))], page.Total));
        });
        definitions.MapGet("/{definitionId}/consumers", async (string definitionId, ConsumingWorkflows consumers, CancellationToken cancellationToken) =>
            DefinitionAnswers.Json(new { ConsumingWorkflowDefinitionIds = (await consumers.FindAsync(RouteText.Id(definitionId), cancellationToken)).Select(d => d.DefinitionId) }));
    }

    private static void MapOne(IEndpointRouteBuilder definitions)
    {
        definitions.MapGet("/by-definition-id/{definitionId}", OneAsync);
        definitions.MapGet("/{definitionId}", OneAsync);
        definitions.MapGet("/by-id/{id}", async (string id, HttpContext context, IWorkflowStore store, CancellationToken cancellationToken) =>
            await store.GetDefinitionVersionAsync(RouteText.Id(id), cancellationToken) is { } found ? DefinitionAnswers.Whole(found, context) : NoVersion(id));
        definitions.MapGet("/subgraph/{id}", async (string id, HttpContext context, IWorkflowStore store, CancellationToken cancellationToken) =>
            await PartAsync(id, store, document => Subgraphs.Find(document, context.Request.Query["parentNodeId"]), cancellationToken));
        definitions.MapGet("/subgraph/segments/{id}", async (string id, HttpContext context, IWorkflowStore store, CancellationToken cancellationToken) =>
            await PartAsync(id, store, document => Subgraphs.Path(document, context.Request.Query["childNodeId"].ToString()), cancellationToken));
    }

    private static async Task<IResult> OneAsync(string definitionId, HttpContext context, IWorkflowStore store, CancellationToken cancellationToken)
    {
        var choice = VersionChoice.Read(context.Request.Query["versionOptions"], VersionSet.Latest);
        return await choice.FindAsync(store, RouteText.Id(definitionId), cancellationToken) is { } found
            ? DefinitionAnswers.Whole(found, context)
            : DefinitionAnswers.NotFound(definitionId);
    }

    private static async Task<IResult> ManyAsync(HttpContext context, IWorkflowStore store, CancellationToken cancellationToken)
    {
        const int Most = 100;
        var ids = DefinitionQuery.Texts(context.Request.Query, "ids") ?? [];
        if (ids.Count > Most)
        {
            return Refusal.BadRequest($"?ids= names {ids.Count} versions: at most {Most} are answered at once.").ToResult();
        }

        var found = new List<JsonObject>();
        foreach (var id in ids)
        {
            if (await store.GetDefinitionVersionAsync(id, cancellationToken) is { } version)
            {
                found.Add(DefinitionView.Whole(version, WorkflowRightsOf.Caller(context.User)));
            }
        }

        return DefinitionAnswers.Json(new ElsaList<JsonObject>(found, found.Count));
    }

    /// <summary>A part of a version. Every nested activity stands in its parents', too, so how much is answered is bounded.</summary>
    private static async Task<IResult> PartAsync<T>(string id, IWorkflowStore store, Func<JsonObject, T?> find, CancellationToken cancellationToken)
        where T : class
    {
        const int Most = 32 * 1024 * 1024;
        if (await store.GetDefinitionVersionAsync(RouteText.Id(id), cancellationToken) is not { } version)
        {
            return NoVersion(id);
        }

        var document = DefinitionBundle.Document(version);
        var depth = ActivityTree.Of(document).Max(a => a.NodeId.AsSpan().Count(':'));
        return (long)depth * version.Json.Length > Most ? Refusal.Unprocessable("The definition is nested too deep to be answered level by level.").ToResult()
            : find(document) is { } part ? DefinitionAnswers.Json(part)
            : Refusal.NotFound($"Version '{id}' has no activity with that node id.").ToResult();
    }

    private static IResult NoVersion(string id) => Refusal.NotFound($"There is no version '{id}' of any workflow.").ToResult();
}
