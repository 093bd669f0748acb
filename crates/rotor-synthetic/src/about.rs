//! What the series of the worlds measure and in which step of the production chain they stand.

use rotor_data::model::Accumulation;
use rotor_factor::Measure;

use Accumulation::{Single, YearToDate};
use Measure::{Flow, Growth, Price, Rate, Stock, Survey, Volume};

/// What is said of a series beside its name, frequency and unit.
#[derive(Clone, Copy)]
pub(crate) struct About {
    pub(crate) measure: Measure,
    pub(crate) accumulation: Accumulation,
    /// The step of the production chain, in English and Chinese.
    pub(crate) chain: Option<[&'static str; 2]>,
}

/// Returns what a series of a world is.
pub(crate) fn about(name: &str) -> About {
    let found = SERIES.iter().find(|(known, ..)| *known == name);
    let (_, measure, accumulation) = *found.expect("every series that a world declares is in the table");
    let chain = CHAINS.iter().find(|(_, _, series)| series.contains(&name));
    About { measure, accumulation, chain: chain.map(|(chain, chain_zh, _)| [*chain, *chain_zh]) }
}

#[rustfmt::skip]
const SERIES: [(&str, Measure, Accumulation); 60] = [
    ("aluminium_futures", Price, Single),
    ("appliance_cost_index", Price, Single),
    ("appliance_output", Volume, Single),
    ("blast_furnace_rate_247", Rate, Single),
    ("brent_spot", Price, Single),
    ("car_retail_daily", Volume, Single),
    ("car_wholesale_daily", Volume, Single),
    ("cement_price_index", Price, Single),
    ("cement_silo_ratio", Rate, Single),
    ("coke_futures", Price, Single),
    ("coking_coal_futures", Price, Single),
    ("cold_rolled_price", Price, Single),
    ("copper_futures", Price, Single),
    ("cosmetics_retail", Volume, Single),
    ("cpi_yoy", Growth, Single),
    ("equipment_pmi", Survey, Single),
    ("etf_net_subscription", Flow, Single),
    ("excavator_sales", Volume, Single),
    ("float_cap", Stock, Single),
    ("furniture_export", Volume, Single),
    ("glass_futures", Price, Single),
    ("gross_margin", Rate, Single),
    ("herb_index", Price, Single),
    ("hot_rolled_coil_futures", Price, Single),
    ("insider_buy", Flow, Single),
    ("insider_planned_sale", Flow, Single),
    ("insider_sell", Flow, Single),
    ("liquor_price", Price, Single),
    ("loom_rate", Rate, Single),
    ("margin_net_buy", Flow, Single),
    ("milk_price", Price, Single),
    ("net_profit_ytd_yoy", Growth, YearToDate),
    ("new_fund_units", Flow, Single),
    ("northbound_net_buy", Flow, Single),
    ("panel_price", Price, Single),
    ("pb", Price, Single),
    ("pe_ttm", Price, Single),
    ("polyester_chip_price", Price, Single),
    ("polyester_filament_rate", Rate, Single),
    ("polysilicon_price", Price, Single),
    ("pork_price", Price, Single),
    ("port_coal_stock", Stock, Single),
    ("power_output", Volume, Single),
    ("ppi_yoy", Growth, Single),
    ("profit_ytd", Flow, YearToDate),
    ("profit_ytd_yoy", Growth, YearToDate),
    ("pta_spot", Price, Single),
    ("pulp_futures", Price, Single),
    ("pv_composite_index", Price, Single),
    ("rebar_futures", Price, Single),
    ("revenue_ytd", Flow, YearToDate),
    ("revenue_ytd_yoy", Growth, YearToDate),
    ("semi_equipment_sales", Volume, Single),
    ("ship_orders", Volume, Single),
    ("steel_stock", Stock, Single),
    ("thermal_coal_futures", Price, Single),
    ("tyre_rate_all_steel", Rate, Single),
    ("tyre_rate_semi_steel", Rate, Single),
    ("wire_rod_price", Price, Single),
    ("wti_futures", Price, Single),
];

#[rustfmt::skip]
const CHAINS: [(&str, &str, &[&str]); 22] = [
    ("coal", "煤炭", &["coking_coal_futures", "coke_futures", "thermal_coal_futures", "port_coal_stock"]),
    ("steel", "钢材", &["rebar_futures", "hot_rolled_coil_futures", "wire_rod_price", "cold_rolled_price", "steel_stock", "blast_furnace_rate_247"]),
    ("cement", "水泥", &["cement_price_index", "cement_silo_ratio"]),
    ("glass", "玻璃", &["glass_futures"]),
    ("oil", "原油", &["wti_futures", "brent_spot"]),
    ("chemicals", "化工", &["pta_spot", "polyester_chip_price"]),
    ("textile", "纺织", &["polyester_filament_rate", "loom_rate"]),
    ("metals", "有色金属", &["copper_futures", "aluminium_futures"]),
    ("power", "电力", &["power_output"]),
    ("cars", "乘用车", &["car_wholesale_daily", "car_retail_daily"]),
    ("tyres", "汽车轮胎", &["tyre_rate_all_steel", "tyre_rate_semi_steel"]),
    ("new_energy", "新能源", &["pv_composite_index", "polysilicon_price"]),
    ("machinery", "机械设备", &["excavator_sales", "equipment_pmi"]),
    ("panels", "面板", &["panel_price"]),
    ("semiconductors", "半导体", &["semi_equipment_sales"]),
    ("ships", "船舶", &["ship_orders"]),
    ("appliances", "家电", &["appliance_output", "appliance_cost_index"]),
    ("food", "食品饮料", &["liquor_price", "milk_price", "pork_price"]),
    ("medicine", "中药材", &["herb_index"]),
    ("cosmetics", "化妆品", &["cosmetics_retail"]),
    ("paper", "造纸", &["pulp_futures"]),
    ("furniture", "家具", &["furniture_export"]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_series_of_a_world_is_said_to_be_something() {
        assert!(SERIES.is_sorted_by(|a, b| a.0 < b.0));
        let chained: Vec<&str> = CHAINS.iter().flat_map(|(_, _, series)| series.iter().copied()).collect();
        assert!(chained.iter().all(|name| SERIES.iter().any(|(known, ..)| known == name)));
    }
}
