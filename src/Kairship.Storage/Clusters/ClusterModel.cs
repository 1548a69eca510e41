using Microsoft.EntityFrameworkCore;

namespace Kairship.Storage.Clusters;

internal static class ClusterModel
{
    public static void Configure(ModelBuilder model)
    {
        model.Entity<ClusterRow>(row => row.ToTable("clusters").HasKey(x => x.Name));
        model.Entity<ClusterHealthRow>(row => row.ToTable("cluster_health").HasKey(x => x.Cluster));
        model.Entity<FleetBrakeRow>(row => row.ToTable("fleet_brake").HasKey(x => x.Fleet));
        model.Entity<ClusterTransitionRow>(row =>
        {
            row.ToTable("cluster_transitions").HasKey(x => new { x.Cluster, x.Number });
            row.HasIndex(x => x.Announced, "ix_cluster_transitions_announced");
        });
    }
}
