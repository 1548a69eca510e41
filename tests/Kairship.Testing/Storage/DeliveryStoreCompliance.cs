using Kairship.Delivery.Applications;
using Kairship.Delivery.Overrides;
using Kairship.Delivery.Placement;
using Kairship.Delivery.Releases;
using Kairship.Delivery.Rollouts;
using Xunit;

namespace Kairship.Testing.Storage;

/// <summary>What <see cref="IDeliveryStore"/> promises. A store passes when a one-line subclass passes. Every test has a store of its own.</summary>
public abstract partial class DeliveryStoreCompliance : IAsyncLifetime
{
    private static readonly DateTimeOffset At = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private StoreUnderTest<IDeliveryStore>? opened;

    protected IDeliveryStore Store => opened?.Store ?? throw new InvalidOperationException("The store is not open yet.");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    protected abstract Task<StoreUnderTest<IDeliveryStore>> OpenAsync();

    public async ValueTask InitializeAsync() => opened = await OpenAsync();

    public async ValueTask DisposeAsync()
    {
        if (opened is not null)
        {
            await opened.CloseAsync();
        }

        GC.SuppressFinalize(this);
    }

    private static Application Storefront(string name = "storefront") => new()
    {
        Name = name,
        Namespace = "shop",
        Placement = new PlacementPolicy
        {
            ClusterAffinity = new ClusterAffinity(
                Exclude: ["eu-9"],
                LabelSelector: new LabelSelector(
                    new Dictionary<string, string> { ["tier"] = "prod" }, [new LabelRequirement("region", "In", ["eu", "us"])])),
            ReplicaScheduling = ReplicaSchedulingType.Divided,
            StaticWeights = [new StaticWeight(new ClusterAffinity(["eu-1"]), 3)],
        },
        Overrides =
        [
            new OverrideRule(new ClusterAffinity(["us-1"]), [new ImageOverrider(ImageComponent.Registry, OverrideOperator.Replace, "us.example.org")]),
        ],
        Rollout = new RolloutPolicy
        {
            Waves = [new Wave("first", ClusterNames: ["eu-1"]), new Wave("all", new LabelSelector(), MaxConcurrency: "50%")],
            Steps = [new CanaryStep(10, TimeSpan.FromSeconds(90)), new CanaryStep(50, TimeSpan.FromMinutes(5))],
            Approval = new ApprovalRequirement(2, ["release-manager"], TimeSpan.FromHours(8)),
            ProgressDeadline = TimeSpan.FromMinutes(7),
        },
    };

    private Task<Release> StartAsync(string application = "storefront", string? dedupeKey = null, int minutes = 0) =>
        Store.StartReleaseAsync(new NewRelease(Storefront(application), "v2", "canary", "ci", dedupeKey), At.AddMinutes(minutes), Cancel);

    private Task<Revision> AddRevisionAsync(string? name, string digest, string application = "storefront") =>
        Store.AddRevisionAsync(application, name, "[{\"kind\":\"ConfigMap\"}]", digest, "ci", At, Cancel);
}
